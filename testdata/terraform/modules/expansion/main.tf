locals {
  zones = ["a", "b", "c"]
  teams = {
    red  = { size = 2, admins = ["x"] }
    blue = { size = 0, admins = [] }
  }
}
resource "terraform_data" "count" {
  count = length(local.zones)
  input = { zone = local.zones[count.index], index = count.index }
}
resource "terraform_data" "each" {
  for_each         = local.teams
  input            = each.value.size
  triggers_replace = [each.key, each.value.admins]
}
resource "terraform_data" "set" {
  for_each = toset([for zone in local.zones : upper(zone) if zone != "b"])
  input    = each.value
}
resource "terraform_data" "none" {
  count = local.teams.blue.size > 0 ? 1 : 0
}
resource "terraform_data" "flat" {
  for_each = { for pair in setproduct(keys(local.teams), local.zones) : "${pair[0]}-${pair[1]}" => pair }
  input    = join("/", each.value)
}
output "zones" { value = terraform_data.count[*].input.zone }
output "each" { value = { for key, team in terraform_data.each : key => team.input } }
output "triggers" { value = terraform_data.each["red"].triggers_replace }
output "set" { value = [for data in terraform_data.set : data.input] }
output "none" { value = length(terraform_data.none) }
output "first" { value = try(terraform_data.none[0].input, "nothing") }
output "one" { value = one(terraform_data.none[*].id) }
output "flat" { value = terraform_data.flat["red-b"].input }
output "ids" { value = terraform_data.count[*].id }
output "mixed" { value = { known = terraform_data.count[0].input.index, later = terraform_data.count[0].id } }

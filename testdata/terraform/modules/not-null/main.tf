resource "terraform_data" "it" {
  input = "a"
}

locals {
  id = terraform_data.it.id
}

output "template" {
  value = "arn:${local.id}" == null
}

output "itself" {
  value = local.id == null
}

output "encoded" {
  value = jsonencode(local.id) == null
}

output "tuple" {
  value = [local.id] == null
}

output "object" {
  value = { id = local.id } != null
}

output "coalesced" {
  value = coalesce(local.id, "b") == null
}

output "conditional" {
  value = (local.id == "x" ? "a" : "b") == null
}

output "long" {
  value = length([local.id, "b"])
}

output "prefix" {
  value = startswith("arn:${local.id}", "arn:")
}

output "other_prefix" {
  value = startswith("arn:${local.id}", "urn:")
}

output "empty" {
  value = "arn:${local.id}" == ""
}

output "split" {
  value = length(split(",", local.id)) >= 0
}

output "number" {
  value = length(local.id) >= 0
}

output "negative" {
  value = length(toset([local.id])) == 1
}

output "list" {
  value = tolist([local.id]) == null
}

output "chosen" {
  value = try(local.id, "b") == null
}

output "upper" {
  value = upper(local.id) == null
}

output "formatted" {
  value = format("%s", local.id) == null
}

output "joined" {
  value = join(",", [local.id]) == null
}

output "keys" {
  value = keys({ a = local.id })
}

output "of_null" {
  value = (local.id == "x" ? null : "b") == null
}

output "safe_prefix" {
  value = startswith("ab${local.id}", "a")
}

output "unsafe_prefix" {
  value = startswith("ab${local.id}", "ab")
}

output "unequal" {
  value = "ab${local.id}" == "xy"
}

output "first_letter" {
  value = "a${local.id}" == "x"
}

output "suffix" {
  value = "${local.id}-x" == "y"
}

output "spaced" {
  value = "a ${local.id}" == "a"
}

output "numbered" {
  value = "a1${local.id}" == "a2"
}

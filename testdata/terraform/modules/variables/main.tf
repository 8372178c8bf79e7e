variable "plain" {
  default = "from default"
}
variable "given" {
  type = number
}
variable "auto" {
  type    = list(string)
  default = []
}
variable "last" {
  type = string
}
variable "nullable" {
  type     = string
  nullable = false
  default  = "instead of null"
}
variable "nothing" {
  type    = string
  default = null
}
variable "service" {
  type = object({
    name     = string
    replicas = optional(number, 2)
    labels   = optional(map(string), {})
    ports = optional(list(object({
      port     = number
      protocol = optional(string, "TCP")
    })), [{ port = 80 }])
    nested = optional(object({
      on   = optional(bool, true)
      deep = optional(object({ x = optional(string) }))
    }), {})
  })
}
variable "any" {
  type = any
  default = {
    a = [1, "x"]
  }
}
variable "maps" {
  type = map(object({ size = optional(number, 1), zone = string }))
}
variable "tuple" {
  type    = tuple([string, number, bool])
  default = [1, "2", "true"]
}
variable "set" {
  type    = set(number)
  default = [3, 1, "2", 3]
}
variable "secret" {
  type      = string
  sensitive = true
  default   = "s"
}
variable "checked" {
  type    = number
  default = 5
  validation {
    condition     = var.checked > 3
    error_message = "must be above three"
  }
  validation {
    condition     = var.checked < var.given * 100
    error_message = "must be below ${var.given * 100}"
  }
}
output "plain" { value = var.plain }
output "given" { value = var.given }
output "auto" { value = var.auto }
output "last" { value = var.last }
output "nullable" { value = var.nullable }
output "nothing" { value = var.nothing == null }
output "service" { value = var.service }
output "any" { value = var.any }
output "maps" { value = var.maps }
output "tuple" { value = var.tuple }
output "set" { value = var.set }
output "secret" {
  value     = var.secret
  sensitive = true
}
output "checked" { value = var.checked }

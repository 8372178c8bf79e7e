variable "one" {
  type    = object({ a = optional(any, 5), b = optional(any) })
  default = {}
}

variable "given" {
  type    = object({ a = optional(any, 5), b = optional(any) })
  default = { a = "x", b = [1, "y"] }
}

variable "many" {
  type    = map(object({ a = optional(any, 5) }))
  default = { x = {}, y = { a = 1 } }
}

variable "deep" {
  type    = object({ a = optional(object({ b = optional(any, true) }), {}) })
  default = {}
}

output "one" {
  value = var.one
}

output "given" {
  value = var.given
}

output "many" {
  value = var.many
}

output "deep" {
  value = var.deep
}

variable "mixed" {
  type    = list(object({ a = optional(any), b = string }))
  default = [{ a = 1, b = "x" }, { a = "y", b = "z" }]
}

variable "null_first" {
  type    = map(object({ a = any }))
  default = { x = { a = null }, y = { a = true } }
}

variable "empty" {
  type    = map(object({ a = any }))
  default = {}
}

variable "lists" {
  type    = list(list(any))
  default = [[1], ["a", true], []]
}

output "mixed" {
  value = var.mixed
}

output "null_first" {
  value = var.null_first
}

output "empty" {
  value = var.empty
}

output "lists" {
  value = var.lists
}

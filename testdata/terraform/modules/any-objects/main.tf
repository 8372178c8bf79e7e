variable "unlike" {
  type    = map(object({ a = any }))
  default = { x = { a = { b = 1 } }, y = { a = { c = 2 } } }
}

output "unlike" {
  value = var.unlike
}

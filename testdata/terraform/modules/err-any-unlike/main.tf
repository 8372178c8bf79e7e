variable "unlike" {
  type    = list(object({ a = any }))
  default = [{ a = { b = 1 } }, { a = ["y"] }]
}

# What the expressions of exprs.txt may refer to.

variable "text" {
  default = "from a default"
}

variable "typed" {
  type = object({
    name  = string
    port  = optional(number, 8080)
    tags  = optional(map(string))
    inner = optional(object({ on = optional(bool, true) }), {})
  })
  default = { name = "x", tags = { a = 1 } }
}

variable "numbers" {
  type    = list(number)
  default = [3, "1", 2]
}

variable "names" {
  type    = set(string)
  default = ["b", "a", "b"]
}

variable "secret" {
  type      = string
  default   = "hidden"
  sensitive = true
}

resource "terraform_data" "later" {
  input = "x"
}

resource "terraform_data" "many" {
  count = 2
  input = count.index
}

resource "terraform_data" "each" {
  for_each = toset(["a", "b"])
  input    = each.key
}

locals {
  # Known when it is applied.
  later = terraform_data.later.output
  empty = null
  text  = "hello"
  list  = tolist(["a", "b", "c"])
  tuple = ["a", 1, true]
  set   = toset(["y", "x"])
  map   = tomap({ k = "v", l = "w" })
  object = {
    a = 1
    b = { c = [1, 2, { d = "deep" }] }
    n = null
  }
  people = [
    { name = "ann", age = 3, tags = ["x"] },
    { name = "bob", age = 5, tags = [] },
  ]
  template = "Hi $${name}!"
}

variable "name" {
  type = string
}

variable "key" {
  type      = string
  sensitive = true
}

variable "size" {
  type    = number
  default = 3
}

variable "zones" {
  type    = list(string)
  default = ["x", "y"]
}

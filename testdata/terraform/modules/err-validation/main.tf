variable "a" {
  default = 1
  validation {
    condition     = var.a > 1
    error_message = "Above one, not ${var.a}."
  }
}

variable "token" {}

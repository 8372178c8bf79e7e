variable "name" {}
variable "multi_az" { type = bool }
variable "key" {}
variable "password" {}
resource "aws_db_instance" "main" {
  identifier = var.name
  multi_az   = var.multi_az
  kms_key_id = var.key
  password   = var.password
}
output "endpoint" { value = aws_db_instance.main.endpoint }

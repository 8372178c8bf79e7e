variable "create" { default = true }
variable "enable_key_rotation" { default = true }
variable "deletion_window_in_days" { default = null }
variable "tags" { default = {} }

resource "aws_kms_key" "this" {
  count = var.create ? 1 : 0

  enable_key_rotation     = var.enable_key_rotation
  deletion_window_in_days = var.deletion_window_in_days
  tags                    = var.tags
}

output "key_arn" {
  value = try(aws_kms_key.this[0].arn, null)
}

variable "create" { default = true }
variable "db_subnet_group_name" { default = null }
variable "identifier" { default = "" }
variable "instance_use_identifier_prefix" { default = false }
variable "engine" { default = null }
variable "engine_version" { default = null }
variable "instance_class" { default = null }
variable "allocated_storage" { default = null }
variable "storage_encrypted" { default = true }
variable "kms_key_id" { default = null }
variable "multi_az" { default = false }
variable "publicly_accessible" { default = false }
variable "backup_retention_period" { default = null }
variable "deletion_protection" { default = false }
variable "skip_final_snapshot" { default = false }
variable "delete_automated_backups" { default = true }
variable "iam_database_authentication_enabled" { default = false }
variable "performance_insights_enabled" { default = false }
variable "enabled_cloudwatch_logs_exports" { default = [] }
variable "username" { default = null }
variable "manage_master_user_password" { default = true }
variable "availability_zone" { default = null }
variable "auto_minor_version_upgrade" { default = true }
variable "password_wo" { default = null }
variable "vpc_security_group_ids" { default = [] }
variable "create_cloudwatch_log_group" { default = false }
variable "cloudwatch_log_group_retention_in_days" { default = 7 }
variable "cloudwatch_log_group_kms_key_id" { default = null }
variable "tags" { default = {} }

resource "aws_db_instance" "this" {
  count = var.create ? 1 : 0

  identifier                          = var.instance_use_identifier_prefix ? null : var.identifier
  db_subnet_group_name                = var.db_subnet_group_name
  vpc_security_group_ids              = var.vpc_security_group_ids
  password_wo                         = var.manage_master_user_password ? null : var.password_wo
  engine                              = var.engine
  engine_version                      = var.engine_version
  instance_class                      = var.instance_class
  allocated_storage                   = var.allocated_storage
  storage_encrypted                   = var.storage_encrypted
  kms_key_id                          = var.kms_key_id
  multi_az                            = var.multi_az
  publicly_accessible                 = var.publicly_accessible
  backup_retention_period             = var.backup_retention_period
  deletion_protection                 = var.deletion_protection
  skip_final_snapshot                 = var.skip_final_snapshot
  delete_automated_backups            = var.delete_automated_backups
  iam_database_authentication_enabled = var.iam_database_authentication_enabled
  performance_insights_enabled        = var.performance_insights_enabled
  enabled_cloudwatch_logs_exports     = var.enabled_cloudwatch_logs_exports
  username                            = var.username
  availability_zone                   = var.availability_zone
  auto_minor_version_upgrade          = var.auto_minor_version_upgrade
  manage_master_user_password         = var.manage_master_user_password ? true : null
  tags                                = var.tags
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset([for log in var.enabled_cloudwatch_logs_exports : log if var.create && var.create_cloudwatch_log_group && !var.instance_use_identifier_prefix])

  name              = "/aws/rds/instance/${var.identifier}/${each.value}"
  retention_in_days = var.cloudwatch_log_group_retention_in_days
  kms_key_id        = var.cloudwatch_log_group_kms_key_id
}

output "db_instance_address" {
  value = try(aws_db_instance.this[0].address, null)
}

output "db_instance_arn" {
  value = try(aws_db_instance.this[0].arn, null)
}

output "db_instance_endpoint" {
  value = try(aws_db_instance.this[0].endpoint, null)
}

output "db_instance_identifier" {
  value = try(aws_db_instance.this[0].identifier, null)
}

output "db_instance_port" {
  value = try(aws_db_instance.this[0].port, null)
}

output "db_instance_master_user_secret_arn" {
  value = try(aws_db_instance.this[0].master_user_secret[0].secret_arn, null)
}

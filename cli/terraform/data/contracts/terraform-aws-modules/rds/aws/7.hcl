variable "create_db_instance" { default = true }
variable "create_db_subnet_group" { default = false }
variable "db_subnet_group_name" { default = null }
variable "subnet_ids" { default = [] }
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

module "db_instance" {
  source = "./modules/db_instance"

  create                                 = var.create_db_instance
  db_subnet_group_name                   = var.create_db_subnet_group ? aws_db_subnet_group.this[0].id : var.db_subnet_group_name
  identifier                             = var.identifier
  instance_use_identifier_prefix         = var.instance_use_identifier_prefix
  engine                                 = var.engine
  engine_version                         = var.engine_version
  instance_class                         = var.instance_class
  allocated_storage                      = var.allocated_storage
  storage_encrypted                      = var.storage_encrypted
  kms_key_id                             = var.kms_key_id
  multi_az                               = var.multi_az
  publicly_accessible                    = var.publicly_accessible
  backup_retention_period                = var.backup_retention_period
  deletion_protection                    = var.deletion_protection
  skip_final_snapshot                    = var.skip_final_snapshot
  delete_automated_backups               = var.delete_automated_backups
  iam_database_authentication_enabled    = var.iam_database_authentication_enabled
  performance_insights_enabled           = var.performance_insights_enabled
  enabled_cloudwatch_logs_exports        = var.enabled_cloudwatch_logs_exports
  username                               = var.username
  manage_master_user_password            = var.manage_master_user_password
  availability_zone                      = var.availability_zone
  auto_minor_version_upgrade             = var.auto_minor_version_upgrade
  password_wo                            = var.password_wo
  vpc_security_group_ids                 = var.vpc_security_group_ids
  create_cloudwatch_log_group            = var.create_cloudwatch_log_group
  cloudwatch_log_group_retention_in_days = var.cloudwatch_log_group_retention_in_days
  cloudwatch_log_group_kms_key_id        = var.cloudwatch_log_group_kms_key_id
  tags                                   = var.tags
}

resource "aws_db_subnet_group" "this" {
  count = var.create_db_subnet_group ? 1 : 0

  subnet_ids = var.subnet_ids
}

output "db_instance_address" {
  value = module.db_instance.db_instance_address
}

output "db_instance_arn" {
  value = module.db_instance.db_instance_arn
}

output "db_instance_endpoint" {
  value = module.db_instance.db_instance_endpoint
}

output "db_instance_identifier" {
  value = module.db_instance.db_instance_identifier
}

output "db_instance_port" {
  value = module.db_instance.db_instance_port
}

output "db_instance_master_user_secret_arn" {
  value = module.db_instance.db_instance_master_user_secret_arn
}

variable "create" { default = true }
variable "name" { default = "" }
variable "engine_mode" { default = "provisioned" }
variable "instances" { default = {} }
variable "instance_class" { default = "" }
variable "publicly_accessible" { default = null }
variable "cluster_performance_insights_enabled" { default = null }
variable "global_cluster_identifier" { default = null }
variable "is_primary_cluster" { default = true }
variable "manage_master_user_password" { default = true }
variable "engine" { default = null }
variable "engine_version" { default = null }
variable "backup_retention_period" { default = null }
variable "deletion_protection" { default = null }
variable "skip_final_snapshot" { default = false }
variable "kms_key_id" { default = null }
variable "storage_encrypted" { default = true }
variable "iam_database_authentication_enabled" { default = null }
variable "enabled_cloudwatch_logs_exports" { default = [] }
variable "availability_zones" { default = null }
variable "db_subnet_group_name" { default = null }
variable "master_username" { default = null }
variable "master_password_wo" { default = null }
variable "tags" { default = {} }

resource "aws_rds_cluster" "this" {
  count = var.create ? 1 : 0

  cluster_identifier                  = var.name
  engine_mode                         = var.engine_mode
  manage_master_user_password         = var.global_cluster_identifier == null && var.manage_master_user_password ? true : null
  master_password_wo                  = var.is_primary_cluster && !var.manage_master_user_password ? var.master_password_wo : null
  engine                              = var.engine
  engine_version                      = var.engine_version
  backup_retention_period             = var.backup_retention_period
  deletion_protection                 = var.deletion_protection
  skip_final_snapshot                 = var.skip_final_snapshot
  kms_key_id                          = var.kms_key_id
  storage_encrypted                   = var.storage_encrypted
  iam_database_authentication_enabled = var.iam_database_authentication_enabled
  enabled_cloudwatch_logs_exports     = var.enabled_cloudwatch_logs_exports
  availability_zones                  = var.availability_zones
  db_subnet_group_name                = var.db_subnet_group_name
  master_username                     = var.master_username
  tags                                = var.tags
}

resource "aws_rds_cluster_instance" "this" {
  for_each = { for name, instance in var.instances : name => instance if var.create && var.engine_mode != "serverless" }

  cluster_identifier  = aws_rds_cluster.this[0].id
  engine              = var.engine
  instance_class      = try(each.value.instance_class, var.instance_class)
  availability_zone   = try(each.value.availability_zone, null)
  publicly_accessible = try(each.value.publicly_accessible, var.publicly_accessible)

  performance_insights_enabled = try(coalesce(each.value.performance_insights_enabled, var.cluster_performance_insights_enabled), var.cluster_performance_insights_enabled)
}

output "cluster_arn" {
  value = try(aws_rds_cluster.this[0].arn, null)
}

output "cluster_endpoint" {
  value = try(aws_rds_cluster.this[0].endpoint, null)
}

output "cluster_id" {
  value = try(aws_rds_cluster.this[0].id, null)
}

output "cluster_reader_endpoint" {
  value = try(aws_rds_cluster.this[0].reader_endpoint, null)
}

variable "create" { default = true }
variable "create_repository" { default = true }
variable "repository_type" { default = "private" }
variable "repository_name" { default = "" }
variable "repository_image_tag_mutability" { default = "IMMUTABLE" }
variable "repository_image_scan_on_push" { default = true }
variable "repository_encryption_type" { default = null }
variable "repository_kms_key" { default = null }
variable "repository_force_delete" { default = null }
variable "create_lifecycle_policy" { default = true }
variable "repository_lifecycle_policy" { default = "" }
variable "manage_registry_scanning_configuration" { default = false }
variable "registry_scan_type" { default = "ENHANCED" }
variable "tags" { default = {} }

locals {
  private = var.create && var.create_repository && var.repository_type == "private"
}

resource "aws_ecr_repository" "this" {
  count = local.private ? 1 : 0

  name                 = var.repository_name
  image_tag_mutability = var.repository_image_tag_mutability
  force_delete         = var.repository_force_delete

  encryption_configuration {
    encryption_type = var.repository_encryption_type
    kms_key         = var.repository_kms_key
  }

  image_scanning_configuration {
    scan_on_push = var.repository_image_scan_on_push
  }

  tags = var.tags
}

resource "aws_ecr_lifecycle_policy" "this" {
  count = local.private && var.create_lifecycle_policy ? 1 : 0

  repository = aws_ecr_repository.this[0].name
  policy     = var.repository_lifecycle_policy
}

resource "aws_ecr_registry_scanning_configuration" "this" {
  count = var.create && var.manage_registry_scanning_configuration ? 1 : 0

  scan_type = var.registry_scan_type
}

output "repository_arn" {
  value = try(aws_ecr_repository.this[0].arn, null)
}

output "repository_name" {
  value = try(aws_ecr_repository.this[0].name, null)
}

output "repository_url" {
  value = try(aws_ecr_repository.this[0].repository_url, null)
}

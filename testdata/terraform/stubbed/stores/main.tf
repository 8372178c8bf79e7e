terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "environment" {
  type    = string
  default = "prod"
}

variable "password" {
  type      = string
  default   = "only-for-the-test"
  sensitive = true
}

locals {
  production = contains(["prod", "staging"], var.environment)
  databases  = { cases = { size = 100 }, features = { size = 20, class = "db.t4g.medium" } }
  rules      = [{ days = 30, prefix = "raw/" }, { days = 365 }]
}

resource "aws_db_instance" "main" {
  for_each = local.databases

  identifier              = each.key
  engine                  = "postgres"
  instance_class          = try(each.value.class, "db.r7g.large")
  allocated_storage       = each.value.size
  max_allocated_storage   = each.value.size * (local.production ? 4 : 2)
  multi_az                = local.production
  backup_retention_period = local.production ? 35 : 1
  storage_encrypted       = true
  username                = "main"
  password                = var.password
  port                    = "5432"
  vpc_security_group_ids  = ["sg-b", "sg-a"]

  enabled_cloudwatch_logs_exports = ["upgrade", "postgresql"]

  timeouts {
    create = "${30 + 30}m"
  }
}

resource "aws_mq_broker" "main" {
  count = local.production ? 1 : 0

  broker_name        = "main"
  engine_type        = "ActiveMQ"
  engine_version     = "5.18"
  host_instance_type = "mq.m5.large"
  deployment_mode    = "ACTIVE_STANDBY_MULTI_AZ"

  user {
    username = "main"
    password = var.password
  }

  logs {
    general = true
  }
}

resource "aws_s3_bucket" "main" {
  bucket        = "models-${var.environment}"
  force_destroy = !local.production
}

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = aws_s3_bucket.main.id

  dynamic "rule" {
    for_each = { for index, rule in local.rules : format("rule-%d", index) => rule }

    content {
      id     = rule.key
      status = "Enabled"

      filter {
        prefix = lookup(rule.value, "prefix", "")
      }

      dynamic "transition" {
        for_each = rule.value.days > 90 ? ["STANDARD_IA", "GLACIER"] : []

        content {
          days          = rule.value.days / (transition.key + 2)
          storage_class = transition.value
        }
      }

      expiration {
        days = rule.value.days
      }
    }
  }
}

resource "aws_ecr_repository" "main" {
  for_each = toset(split("\n", chomp(<<-EOT
    tx-scoring
    case-portal
  EOT
  )))

  name                 = "fraud/${trimspace(each.value)}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

output "hosts" {
  value = { for name, database in aws_db_instance.main : name => database.address }
}

output "sizes" {
  value = { for name, database in aws_db_instance.main : name => "${database.identifier}:${database.port}/${database.max_allocated_storage}" }
}

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_caller_identity" "main" {}

data "aws_availability_zones" "main" {
  state = "available"
}

variable "existing" {
  type    = string
  default = null
}

locals {
  zones    = slice(data.aws_availability_zones.main.names, 0, 2)
  ranges   = [for index, zone in local.zones : cidrsubnet("10.0.0.0/16", 4, index)]
  bucket   = var.existing == null ? aws_s3_bucket.main[0].bucket : var.existing
  template = "$${a}-$${b}"
}

resource "aws_s3_bucket" "main" {
  count  = var.existing == null ? 1 : 0
  bucket = "records"
}

resource "aws_subnet" "main" {
  count = length(local.ranges)

  vpc_id            = "vpc-1"
  availability_zone = local.zones[count.index]
  cidr_block        = local.ranges[count.index]

  timeouts {
    create = "5m"
  }
}

resource "aws_kms_key" "main" {
  enable_key_rotation = true

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = aws_iam_role.main.arn } }]
  })
}

resource "aws_kms_alias" "main" {
  for_each = toset(["b", "a"])

  name          = "alias/${each.value}"
  target_key_id = aws_kms_key.main.key_id
}

resource "aws_iam_role" "main" {
  name_prefix        = "records-"
  path               = "/"
  assume_role_policy = "{}"
}

resource "aws_s3_object" "main" {
  count = length([aws_kms_key.main.arn, "known"])

  bucket  = local.bucket
  key     = format("keys/%02d/%s", count.index, local.bucket)
  content = count.index == 0 ? aws_kms_key.main.arn : upper(local.bucket)
  tags    = { for index, name in ["x", "y"] : name => index == count.index }
}

resource "aws_sns_topic" "main" {
  name              = try(aws_s3_bucket.main[1].bucket, "alerts-${one(aws_s3_bucket.main).bucket}")
  kms_master_key_id = aws_kms_key.main.id
}

resource "aws_cloudwatch_metric_alarm" "main" {
  alarm_name          = join("-", [aws_sns_topic.main.name, "restarts"])
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = "3"
  threshold           = 0
  alarm_actions       = concat([aws_sns_topic.main.arn], ["arn:aws:sns:eu-west-1:123456789012:pager"])
  dimensions          = { Bucket = local.bucket, Key = aws_kms_key.main.key_id }
  treat_missing_data  = false ? "ignore" : "missing"
}

resource "aws_ssm_parameter" "main" {
  name  = "/${local.bucket}/${length(aws_kms_alias.main)}"
  type  = "String"
  value = templatestring(local.template, { a = local.bucket, b = 1.50 })
}

output "aliases" {
  value = sort([for alias in aws_kms_alias.main : alias.name])
}

output "arns" {
  value = values(aws_kms_alias.main)[*].arn
}

output "known" {
  value = [aws_kms_key.main.enable_key_rotation, aws_iam_role.main.path, aws_iam_role.main.description == null, length(aws_cloudwatch_metric_alarm.main.alarm_actions)]
}

output "part" {
  value = "arn of ${aws_kms_key.main.arn}"
}

output "late" {
  value = aws_iam_role.main.name
}

output "subnet" {
  value = aws_subnet.main[1].timeouts.create
}

output "whole" {
  value = aws_subnet.main[0]
}

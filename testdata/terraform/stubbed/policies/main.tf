terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  accounts = ["222222222222", "111111111111"]
}

data "aws_iam_policy_document" "base" {
  policy_id = "base"

  statement {
    sid       = "Read"
    actions   = ["s3:GetObject", "s3:ListBucket", "s3:GetObjectTagging"]
    resources = ["arn:aws:s3:::models/*", "arn:aws:s3:::models"]
  }

  statement {
    sid         = "OnlyTLS"
    effect      = "Deny"
    not_actions = ["iam:*"]
    resources   = ["*"]

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = [false]
    }
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::homes/&{aws:username}/<a>&b/*"]
  }
}

data "aws_iam_policy_document" "more" {
  version = "2008-10-17"

  statement {
    sid           = "Others"
    actions       = ["sqs:SendMessage"]
    not_resources = ["arn:aws:sqs:*:*:b", "arn:aws:sqs:*:*:a"]

    principals {
      type        = "AWS"
      identifiers = [for account in local.accounts : "arn:aws:iam::${account}:root"]
    }

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    not_principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::333333333333:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["b", "a"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = ["c"]
    }
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = [data.aws_iam_policy_document.base.json, data.aws_iam_policy_document.more.minified_json]

  statement {
    sid       = "Own"
    effect    = "Allow"
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }

  override_policy_documents = [
    jsonencode({
      Version   = "2012-10-17"
      Statement = { Sid = "Read", Effect = "Deny", Action = "s3:*", Resource = ["*"], Principal = { AWS = ["b", "a"] } }
    }),
  ]
}

data "aws_iam_policy_document" "each" {
  for_each = { one = ["sts:AssumeRole"], two = ["sts:TagSession", "sts:AssumeRole"] }

  dynamic "statement" {
    for_each = each.value

    content {
      actions = [statement.value]

      principals {
        type        = "Service"
        identifiers = ["${each.key}.amazonaws.com"]
      }
    }
  }
}

data "aws_iam_policy_document" "empty" {}

data "aws_iam_policy_document" "late" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.main.arn}/*"]
  }
}

resource "aws_s3_bucket" "main" {
  bucket = "models"
}

resource "aws_iam_role" "main" {
  for_each = data.aws_iam_policy_document.each

  name               = each.key
  assume_role_policy = each.value.json
}

resource "aws_iam_policy" "main" {
  name   = "merged"
  policy = data.aws_iam_policy_document.merged.minified_json
}

resource "aws_s3_bucket_policy" "main" {
  bucket = aws_s3_bucket.main.bucket
  policy = data.aws_iam_policy_document.late.json
}

output "statements" {
  value = [for statement in jsondecode(data.aws_iam_policy_document.merged.json).Statement : try(statement.Sid, "none")]
}

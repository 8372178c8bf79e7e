# Switches, blocks and lists of which nobody knows: each is told, and none is taken for right or wrong.
variable "on" {
  type = bool
}

variable "blocks" {
  type = list(string)
}

variable "text" {
  type = string
}

resource "aws_lb" "web" {
  internal                   = var.on # undecided: load-balancer-without-firewall
  drop_invalid_header_fields = true

  access_logs {
    bucket  = "logs"
    enabled = var.on # undecided: load-balancer-without-logs
  }
}

resource "aws_lb" "inner" {
  internal                   = true
  drop_invalid_header_fields = true

  dynamic "access_logs" {
    for_each = var.blocks

    content { # undecided: load-balancer-without-logs
      bucket  = "logs"
      enabled = true
    }
  }
}

resource "aws_dynamodb_table" "cases" {
  point_in_time_recovery {
    enabled = var.on # undecided: table-without-recovery
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }
}

resource "aws_kms_key" "data" {
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_mq_broker" "main" {
  engine_type     = "ActiveMQ"
  deployment_mode = "ACTIVE_STANDBY_MULTI_AZ"

  encryption_options {
    use_aws_owned_key = var.on # undecided: broker-without-own-key
  }

  logs {
    audit   = true
    general = var.on # undecided: broker-without-logs
  }
}

resource "aws_ecr_repository" "api" {
  image_tag_mutability = "IMMUTABLE"

  encryption_configuration {
    encryption_type = var.text
  }

  image_scanning_configuration {
    scan_on_push = var.on # undecided: unscanned-images
  }
}

resource "aws_ecr_lifecycle_policy" "api" { # undecided: images-without-lifecycle
  count = var.on ? 1 : 0

  repository = aws_ecr_repository.api.name
}

resource "aws_s3_bucket" "models" {
  bucket = "models"
}

resource "aws_s3_bucket_policy" "models" {
  bucket = aws_s3_bucket.models.id
  policy = var.text # undecided: bucket-open-to-plain-http
}

resource "aws_s3_bucket_public_access_block" "models" {
  bucket                  = aws_s3_bucket.models.id
  block_public_acls       = true
  block_public_policy     = var.on # undecided: bucket-without-access-block
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "models" {
  bucket = aws_s3_bucket.models.id

  versioning_configuration {
    status = var.text # undecided: bucket-without-versions
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "models" {
  bucket = aws_s3_bucket.models.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = var.text # undecided: bucket-without-own-key
    }
  }
}

resource "aws_security_group" "web" {
  dynamic "ingress" {
    for_each = var.blocks

    content { # undecided: inline-security-group-rules, security-group-open-to-the-world
      from_port   = 22
      to_port     = 22
      cidr_blocks = [ingress.value]
    }
  }
}

resource "aws_iam_role_policy_attachment" "any" {
  role       = "any"
  policy_arn = var.text # undecided: administrator-policy
}

# What is known of an ARN may decide.
resource "aws_iam_role_policy_attachment" "parts" { # finding: administrator-policy
  role       = "any"
  policy_arn = "arn:${var.text}:iam::aws:policy/AdministratorAccess"
}

data "aws_iam_policy" "admin" {
  name = "AdministratorAccess"
}

resource "aws_iam_role_policy_attachment" "looked_up" { # finding: administrator-policy
  role       = "any"
  policy_arn = data.aws_iam_policy.admin.arn
}

# Of a policy of the same root it is known that it is none of AWS.
resource "aws_iam_role_policy_attachment" "own" {
  role       = "own"
  policy_arn = aws_iam_policy.own.arn
}

resource "aws_iam_policy" "own" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "arn:aws:sqs:eu-west-1:111122223333:events" }] })
}

# What is only read is not ours.
data "aws_lb" "other" { # finding: unused-declaration
  name = "other"
}

data "aws_db_instance" "other" { # finding: unused-declaration
  db_instance_identifier = "other"
}

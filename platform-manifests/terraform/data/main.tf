data "terraform_remote_state" "networking" {
  backend   = "s3"
  workspace = terraform.workspace

  config = {
    bucket = "bank-fraud-terraform"
    key    = "networking.tfstate"
    region = "eu-west-1"
  }
}

data "terraform_remote_state" "security" {
  backend   = "s3"
  workspace = terraform.workspace

  config = {
    bucket = "bank-fraud-terraform"
    key    = "security.tfstate"
    region = "eu-west-1"
  }
}

locals {
  name    = "fraud-${terraform.workspace}"
  subnets = data.terraform_remote_state.networking.outputs.subnet_ids.data
  keys    = data.terraform_remote_state.security.outputs.key_arns

  # Every service has a repository; the catalogue and the pins of models are where services are entered. So has what runs beside them.
  repository = "${path.module}/../.."
  catalogue = flatten([
    for file in fileset("${local.repository}/services", "*.yaml") : yamldecode(file("${local.repository}/services/${file}"))
  ])
  beside = ["fluent-bit", "keycloak", "oauth2-proxy", "portcullis-webhook", "s3-fetch"]
  services = toset(concat(
    local.beside,
    [for entry in local.catalogue : entry.service],
    [for file in fileset("${local.repository}/models", "*/pin.yaml") : dirname(file)],
  ))
}

resource "aws_db_subnet_group" "main" {
  name       = local.name
  subnet_ids = local.subnets
}

resource "aws_db_instance" "main" {
  for_each = var.databases

  identifier     = "fraud-${each.key}"
  engine         = "postgres"
  engine_version = "17.6"
  instance_class = each.value.instance_class

  allocated_storage = each.value.storage
  storage_type      = "gp3"
  storage_encrypted = true
  kms_key_id        = local.keys.data

  multi_az                = var.multi_az
  backup_retention_period = var.backup_days
  deletion_protection     = true
  skip_final_snapshot     = false

  publicly_accessible  = false
  db_subnet_group_name = aws_db_subnet_group.main.name

  username                            = "fraud"
  manage_master_user_password         = true
  iam_database_authentication_enabled = true

  performance_insights_enabled    = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]

  lifecycle {
    prevent_destroy = true
  }
}

data "aws_secretsmanager_secret_version" "broker" {
  secret_id = "${local.name}/broker"
}

resource "aws_mq_broker" "main" {
  broker_name        = local.name
  engine_type        = "ActiveMQ"
  engine_version     = "5.18"
  host_instance_type = var.broker_class
  deployment_mode    = "ACTIVE_STANDBY_MULTI_AZ"

  subnet_ids          = local.subnets
  publicly_accessible = false

  # The password stands in Secrets Manager, and of all of this only in the encrypted state.
  user {
    username = "fraud"
    password = data.aws_secretsmanager_secret_version.broker.secret_string
  }

  encryption_options {
    kms_key_id        = local.keys.data
    use_aws_owned_key = false
  }

  logs {
    audit   = true
    general = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket" "models" {
  bucket = "bank-fraud-models-${terraform.workspace}"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "models" {
  bucket = aws_s3_bucket.models.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "models" {
  bucket = aws_s3_bucket.models.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "models" {
  bucket = aws_s3_bucket.models.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.keys.models
    }
  }
}

# A version of a model that nobody loads any more can come back for a quarter.
resource "aws_s3_bucket_lifecycle_configuration" "models" {
  bucket = aws_s3_bucket.models.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

data "aws_iam_policy_document" "models" {
  statement {
    sid       = "OnlyTLS"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.models.arn, "${aws_s3_bucket.models.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "models" {
  bucket = aws_s3_bucket.models.id
  policy = data.aws_iam_policy_document.models.json
}

resource "aws_ecr_repository" "main" {
  for_each = local.services

  name                 = "fraud/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = local.keys.images
  }
}

resource "aws_ecr_lifecycle_policy" "main" {
  for_each = aws_ecr_repository.main

  repository = each.value.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Drop what has no tag after a week"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the last 20 releases"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 20 }
        action       = { type = "expire" }
      },
    ]
  })
}

# Databases, brokers, buckets: literals, defaults, locals, counts, what is not known.
terraform {
  backend "s3" {
    bucket       = "state"
    key          = "data"
    encrypt      = true
    use_lockfile = false # finding: unsafe-state
  }
}

variable "standby" {
  type    = bool
  default = false # finding: database-in-one-zone
}

variable "unset" {
  type = bool
}

locals {
  days = 3 # finding: database-with-short-backups
}

resource "aws_db_instance" "main" { # finding: database-without-insights, database-without-logs, database-in-default-network
  multi_az                = var.standby
  backup_retention_period = local.days
  deletion_protection     = true
  storage_encrypted       = var.unset # undecided: unencrypted-data-store, data-store-without-own-key
  publicly_accessible     = var.unset # undecided: public-data-store
}

# None of it is there.
resource "aws_db_instance" "none" {
  count = 0
}

# It is not known whether it is there.
resource "aws_kms_key" "maybe" { # undecided: key-without-rotation
  count = var.unset ? 1 : 0
}

resource "aws_s3_bucket" "maybe" { # undecided: bucket-without-access-block, bucket-without-versions, bucket-open-to-plain-http, bucket-without-own-key
  count = var.unset ? 1 : 0
}

# Nobody doubts what only says so.
resource "aws_kms_key" "said" { # finding: key-without-rotation
  tags = { existence = "possible" }
}

resource "aws_mq_broker" "main" {                                               # finding: broker-without-logs, broker-without-own-key
  deployment_mode = var.standby ? "ACTIVE_STANDBY_MULTI_AZ" : "SINGLE_INSTANCE" # finding: broker-in-one-zone
}

resource "aws_s3_bucket" "models" { # finding: bucket-open-to-plain-http, bucket-without-own-key, bucket-without-lifecycle
  bucket = "models"
}

resource "aws_s3_bucket_public_access_block" "models" {
  bucket                  = aws_s3_bucket.models.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "logs" { # finding: bucket-without-access-block, bucket-without-versions, bucket-open-to-plain-http, bucket-without-own-key
  bucket = "logs"
}

resource "aws_s3_bucket_versioning" "models" {
  bucket = "models"

  versioning_configuration {
    status = "Enabled"
  }
}

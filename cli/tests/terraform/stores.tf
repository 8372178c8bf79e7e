resource "aws_kms_key" "data" {
  enable_key_rotation     = true
  deletion_window_in_days = 7          # finding: key-deleted-soon
  policy                  = var.policy # undecided: key-open-to-anybody
}

variable "policy" {
  type = string
}

resource "aws_dynamodb_table" "cases" { # finding: table-without-recovery, table-without-own-key
  hash_key = "id"
}

resource "aws_elasticache_replication_group" "features" { # finding: data-store-without-own-key
  at_rest_encryption_enabled = true
  transit_encryption_enabled = false # finding: cache-without-tls
  automatic_failover_enabled = true
  multi_az_enabled           = true
}

resource "aws_sqs_queue" "events" {
  name = "events"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
    }]
  })
}

resource "aws_iam_role_policy" "deploy" {
  role = "deploy"
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = ["iam:PassRole"] # finding: iam-privilege-escalation
      Resource = "*"
    }]
  })
}

resource "aws_iam_role" "unknown" {
  assume_role_policy = var.policy # undecided: loose-github-trust, loose-service-account-trust, trust-in-anybody, trust-in-whole-account
}

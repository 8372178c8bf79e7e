# A key for each kind of data, so that a role for one opens no other.
resource "aws_kms_key" "main" {
  for_each = toset(["cluster", "data", "images", "logs", "models"])

  description             = "fraud ${terraform.workspace} ${each.key}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "main" {
  for_each = aws_kms_key.main

  name          = "alias/fraud-${terraform.workspace}-${each.key}"
  target_key_id = each.value.key_id
}

# What no role of a workload may ever do, whatever its policies say.
data "aws_iam_policy_document" "boundary" {
  statement {
    sid       = "Workloads"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey", "s3:GetObject", "s3:ListBucket", "s3:PutObject", "secretsmanager:GetSecretValue"]
    resources = ["*"]
  }

  statement {
    sid       = "NoEscalation"
    effect    = "Deny"
    actions   = ["iam:*", "organizations:*", "sts:AssumeRole"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "boundary" {
  name   = "fraud-${terraform.workspace}-boundary"
  policy = data.aws_iam_policy_document.boundary.json
}

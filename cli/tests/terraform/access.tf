# Trust and permissions: jsonencode, documents of data sources, unknown leaves that hide nothing.
variable "issuer" { # finding: unused-declaration
  type = string
}

locals {
  known = "oidc.eks.eu-west-1.amazonaws.com/id/A"
}

resource "aws_iam_role" "exact" {
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.main.arn }
      Condition = {
        StringEquals = {
          "${local.known}:sub" = "system:serviceaccount:scoring:api"
          "${local.known}:aud" = "sts.amazonaws.com"
        }
      }
    }]
  })
}

resource "aws_iam_openid_connect_provider" "main" {
  url = "https://${local.known}"
}

resource "aws_iam_role" "loose" {
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.main.arn }
      Condition = {
        StringEquals = { # finding: loose-service-account-trust
          "${local.known}:aud" = "sts.amazonaws.com"
        }
      }
    }]
  })
}

data "aws_iam_policy_document" "wide" {
  statement {
    actions   = ["s3:*"] # finding: wildcard-iam-action
    resources = [aws_kms_key.data.arn]
  }
}

resource "aws_kms_key" "data" {
  enable_key_rotation = true
}

resource "aws_iam_policy" "wide" {
  policy = data.aws_iam_policy_document.wide.json
}

# A text that looks like a marker is none.
resource "aws_iam_policy" "pretended" {
  policy = jsonencode({
    Statement = [{
      Effect     = "Allow"
      Action     = "s3:*" # finding: wildcard-iam-action
      Resource   = aws_kms_key.data.arn
      "$unknown" = "nobody knows"
    }]
  })
}

resource "aws_security_group" "web" {
  ingress { # finding: inline-security-group-rules
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"] # finding: security-group-open-to-the-world
  }
}

resource "aws_ecr_repository" "api" { # finding: images-without-lifecycle
  image_tag_mutability = "MUTABLE"    # finding: mutable-image-tags

  image_scanning_configuration {
    scan_on_push = true
  }
}

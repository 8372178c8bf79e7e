data "terraform_remote_state" "compute" {
  backend   = "s3"
  workspace = terraform.workspace

  config = {
    bucket = "bank-fraud-terraform"
    key    = "compute.tfstate"
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
  name     = "fraud-${terraform.workspace}"
  boundary = data.terraform_remote_state.security.outputs.boundary_arn
  models   = "arn:aws:s3:::bank-fraud-models-${terraform.workspace}"

  # A role for each service account, named as the chart names it.
  repository = "${path.module}/../.."
  catalogue = flatten([
    for file in fileset("${local.repository}/services", "*.yaml") : yamldecode(file("${local.repository}/services/${file}"))
  ])
  scoring = toset([for file in fileset("${local.repository}/models", "*/pin.yaml") : dirname(file)])
  namespaces = merge(
    { for entry in local.catalogue : entry.service => entry.namespace },
    { for service in local.scoring : service => "scoring" },
    { keycloak = "identity" },
  )
}

data "aws_iam_policy_document" "trust" {
  for_each = local.namespaces

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${var.account_id}:oidc-provider/${var.oidc_issuer}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:sub"
      values   = ["system:serviceaccount:${each.value}:${each.key}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc_issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "service" {
  for_each = local.namespaces

  name                 = "${local.name}-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = local.boundary
}

# A scoring service reads its own models, and nothing else.
data "aws_iam_policy_document" "models" {
  for_each = local.scoring

  statement {
    actions   = ["s3:GetObject"]
    resources = ["${local.models}/${each.key}/*"]
  }
}

resource "aws_iam_role_policy" "models" {
  for_each = local.scoring

  name   = "models"
  role   = aws_iam_role.service[each.key].name
  policy = data.aws_iam_policy_document.models[each.key].json
}

# Karpenter hears of Spot nodes that are taken back two minutes before.
resource "aws_sqs_queue" "interruptions" {
  name                      = "${local.name}-interruptions"
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true
}

locals {
  interruptions = {
    health    = { source = "aws.health", detail = "AWS Health Event" }
    rebalance = { source = "aws.ec2", detail = "EC2 Instance Rebalance Recommendation" }
    spot      = { source = "aws.ec2", detail = "EC2 Spot Instance Interruption Warning" }
    state     = { source = "aws.ec2", detail = "EC2 Instance State-change Notification" }
  }
}

resource "aws_cloudwatch_event_rule" "interruptions" {
  for_each = local.interruptions

  name          = "${local.name}-${each.key}"
  event_pattern = jsonencode({ source = [each.value.source], "detail-type" = [each.value.detail] })
}

resource "aws_cloudwatch_event_target" "interruptions" {
  for_each = local.interruptions

  rule = aws_cloudwatch_event_rule.interruptions[each.key].name
  arn  = aws_sqs_queue.interruptions.arn
}

data "aws_iam_policy_document" "interruptions" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.interruptions.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in aws_cloudwatch_event_rule.interruptions : rule.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "interruptions" {
  queue_url = aws_sqs_queue.interruptions.id
  policy    = data.aws_iam_policy_document.interruptions.json
}

resource "aws_eks_access_entry" "nodes" {
  cluster_name  = data.terraform_remote_state.compute.outputs.cluster_name
  principal_arn = data.terraform_remote_state.compute.outputs.node_role_arn
  type          = "EC2_LINUX"
}

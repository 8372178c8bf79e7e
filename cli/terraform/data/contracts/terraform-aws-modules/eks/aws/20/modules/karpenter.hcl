variable "create" { default = true }
variable "cluster_name" { default = "" }
variable "create_iam_role" { default = true }
variable "iam_role_name" { default = "KarpenterController" }
variable "iam_role_permissions_boundary_arn" { default = null }
variable "iam_role_policies" { default = {} }
variable "enable_spot_termination" { default = true }
variable "queue_name" { default = null }
variable "queue_managed_sse_enabled" { default = true }
variable "queue_kms_master_key_id" { default = null }
variable "create_node_iam_role" { default = true }
variable "node_iam_role_arn" { default = null }
variable "node_iam_role_name" { default = null }
variable "node_iam_role_permissions_boundary" { default = null }
variable "node_iam_role_additional_policies" { default = {} }
variable "create_pod_identity_association" { default = false }
variable "namespace" { default = "kube-system" }
variable "service_account" { default = "karpenter" }
variable "enable_pod_identity" { default = true }
variable "enable_irsa" { default = false }
variable "irsa_oidc_provider_arn" { default = "" }
variable "irsa_namespace_service_accounts" { default = ["karpenter:karpenter"] }
variable "irsa_assume_role_condition_test" { default = "StringEquals" }
variable "tags" { default = {} }

locals {
  issuer = replace(var.irsa_oidc_provider_arn, "/^(.*provider/)/", "")
}

resource "aws_iam_role" "controller" {
  count = var.create && var.create_iam_role ? 1 : 0

  name                 = var.iam_role_name
  permissions_boundary = var.iam_role_permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.trust[0].json
  tags                 = var.tags
}

data "aws_iam_policy_document" "trust" {
  count = var.create && var.create_iam_role ? 1 : 0

  dynamic "statement" {
    for_each = var.enable_pod_identity ? [1] : []

    content {
      actions = ["sts:AssumeRole", "sts:TagSession"]

      principals {
        type        = "Service"
        identifiers = ["pods.eks.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.enable_irsa ? [1] : []

    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = [var.irsa_oidc_provider_arn]
      }

      condition {
        test     = var.irsa_assume_role_condition_test
        variable = "${local.issuer}:sub"
        values   = [for account in var.irsa_namespace_service_accounts : "system:serviceaccount:${account}"]
      }

      condition {
        test     = var.irsa_assume_role_condition_test
        variable = "${local.issuer}:aud"
        values   = ["sts.amazonaws.com"]
      }
    }
  }
}

resource "aws_iam_role_policy_attachment" "controller_additional" {
  for_each = { for key, value in var.iam_role_policies : key => value if var.create && var.create_iam_role }

  role       = aws_iam_role.controller[0].name
  policy_arn = each.value
}

resource "aws_eks_pod_identity_association" "karpenter" {
  count = var.create && var.create_iam_role && var.create_pod_identity_association ? 1 : 0

  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.controller[0].arn
}

resource "aws_sqs_queue" "this" {
  count = var.create && var.enable_spot_termination ? 1 : 0

  name                      = coalesce(var.queue_name, "Karpenter-${var.cluster_name}")
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = var.queue_managed_sse_enabled ? true : null
  kms_master_key_id         = var.queue_kms_master_key_id
  tags                      = var.tags
}

locals {
  events = {
    health_event          = { source = "aws.health", detail = "AWS Health Event" }
    spot_interrupt        = { source = "aws.ec2", detail = "EC2 Spot Instance Interruption Warning" }
    instance_rebalance    = { source = "aws.ec2", detail = "EC2 Instance Rebalance Recommendation" }
    instance_state_change = { source = "aws.ec2", detail = "EC2 Instance State-change Notification" }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = { for key, value in local.events : key => value if var.create && var.enable_spot_termination }

  event_pattern = jsonencode({ source = [each.value.source], detail-type = [each.value.detail] })
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = { for key, value in local.events : key => value if var.create && var.enable_spot_termination }

  rule = aws_cloudwatch_event_rule.this[each.key].name
  arn  = aws_sqs_queue.this[0].arn
}

resource "aws_iam_role" "node" {
  count = var.create && var.create_node_iam_role ? 1 : 0

  name                 = var.node_iam_role_name
  permissions_boundary = var.node_iam_role_permissions_boundary
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "node_additional" {
  for_each = { for key, value in var.node_iam_role_additional_policies : key => value if var.create && var.create_node_iam_role }

  role       = aws_iam_role.node[0].name
  policy_arn = each.value
}

output "queue_arn" {
  value = try(aws_sqs_queue.this[0].arn, null)
}

output "queue_name" {
  value = try(aws_sqs_queue.this[0].name, null)
}

output "queue_url" {
  value = try(aws_sqs_queue.this[0].url, null)
}

output "iam_role_arn" {
  value = try(aws_iam_role.controller[0].arn, null)
}

output "iam_role_name" {
  value = try(aws_iam_role.controller[0].name, null)
}

output "node_iam_role_arn" {
  value = try(aws_iam_role.node[0].arn, null)
}

output "node_iam_role_name" {
  value = try(aws_iam_role.node[0].name, null)
}

output "service_account" {
  value = var.service_account
}

output "namespace" {
  value = var.namespace
}

terraform {
  backend "s3" {
    bucket = "shop-terraform"
    key    = "infra.tfstate"
    region = "eu-west-1"
  }
}

variable "deployment_mode" {
  type = string
}

variable "issuer" {
  type    = string
  default = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"
}

locals {
  services = { alpha = "scoring", beta = "cases" }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.services

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::444455556666:oidc-provider/${var.issuer}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.issuer}:sub"
      values   = ["system:serviceaccount:${each.value}:${each.key}"]
    }
  }
}

resource "aws_iam_role" "service" {
  for_each = local.services

  name               = "shop-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

resource "aws_ecr_repository" "service" {
  for_each = local.services

  name = "shop/${each.key}"
}

resource "aws_db_instance" "orders" {
  identifier = "shop-orders"
}

resource "aws_mq_broker" "main" {
  broker_name     = "shop"
  engine_type     = "ActiveMQ"
  deployment_mode = var.deployment_mode
}

resource "aws_cloudwatch_metric_alarm" "restarts" {
  alarm_name  = "restarts"
  namespace   = "ContainerInsights"
  metric_name = "pod_number_of_container_restarts"
  dimensions  = { ClusterName = "shop" }
}

# What a platform is run by: alarms, experiments, releases, versions, layers, and what nodes and users may do.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }

  backend "s3" {
    bucket         = "state"
    key            = "platform.tfstate"
    encrypt        = true
    use_lockfile   = true
    dynamodb_table = "locks" # finding: state-locked-by-table
  }
}

provider "aws" { # finding: unpinned-terraform
  region = "eu-west-1"
}

variable "machine" {
  type    = string
  default = "#!/bin/sh\nexport TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345\n" # finding: key-in-user-data
}

resource "aws_launch_template" "nodes" {
  user_data = base64encode(var.machine)

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2 # finding: metadata-past-the-machine
  }
}

resource "aws_iam_role" "node" {
  name = "node"
}

resource "aws_iam_role_policy_attachment" "needed" {
  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
}

resource "aws_iam_role_policy_attachment" "more" {
  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" # finding: node-role-with-more
}

resource "aws_subnet" "first" {
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "second" {
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "third" {
  availability_zone = "eu-west-1b"
}

resource "aws_eks_node_group" "system" { # finding: placed-in-one-zone
  node_role_arn = aws_iam_role.node.arn
  subnet_ids    = [aws_subnet.first.id, aws_subnet.second.id]

  scaling_config {
    desired_size = 2
  }
}

resource "aws_iam_user_policy_attachment" "deploy" {
  user       = "deploy" # finding: policy-of-a-user
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_cloudwatch_metric_alarm" "memory" { # finding: alarms-without-restarts
  namespace     = "ContainerInsights"
  metric_name   = "pod_memory_utilization"
  alarm_actions = [aws_sns_topic.alarms.arn]
}

resource "aws_sqs_queue" "events" { # finding: resource-without-alarm
  name = "events"
}

resource "aws_sns_topic" "alarms" { # finding: unencrypted-topic, topic-with-one-channel
  name = "alarms"
}

resource "aws_chatbot_teams_channel_configuration" "chat" {
  sns_topic_arns = [aws_sns_topic.alarms.arn]
}

resource "aws_fis_experiment_template" "crash" { # finding: experiment-without-log
  stop_condition {
    source = "aws:cloudwatch:alarm"
    value  = aws_cloudwatch_metric_alarm.memory.arn
  }

  target {
    name           = "pods"
    resource_type  = "aws:eks:pod"
    selection_mode = "ALL" # finding: experiment-on-everything
  }
}

resource "helm_release" "argo_cd" { # undecided: *
  name       = "argo-cd"
  repository = "https://charts.example.com"
  chart      = "argo-cd"
}

resource "helm_release" "service" { # undecided: *
  name  = "service"
  chart = "./charts/service" # finding: release-in-terraform
}

data "external" "zones" {           # finding: unused-declaration
  program = ["python3", "zones.py"] # finding: program-at-plan
}

resource "aws_cloudfront_distribution" "web" { # finding: distribution-without-firewall
  enabled = true
}

resource "aws_secretsmanager_secret" "web" { # finding: secret-without-own-key
  name = "web"
}

module "network" {
  source  = "acme/network/aws"
  version = ">= 5.0" # finding: open-ended-module
}

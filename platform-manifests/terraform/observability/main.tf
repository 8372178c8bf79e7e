data "terraform_remote_state" "compute" {
  backend   = "s3"
  workspace = terraform.workspace

  config = {
    bucket = "bank-fraud-terraform"
    key    = "compute.tfstate"
    region = "eu-west-1"
  }
}

data "terraform_remote_state" "data" {
  backend   = "s3"
  workspace = terraform.workspace

  config = {
    bucket = "bank-fraud-terraform"
    key    = "data.tfstate"
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
  cluster = data.terraform_remote_state.compute.outputs.cluster_name

  channels = { chat = var.chat_url, on-call = var.on_call_url }

  # What is rehearsed; every scene ends where an alarm of the platform fires.
  scenes = {
    zone     = { description = "one zone loses its network", action = "aws:network:disrupt-connectivity", target = "Subnets", type = "aws:ec2:subnet" }
    spot     = { description = "Spot nodes are taken back", action = "aws:ec2:send-spot-instance-interruptions", target = "SpotInstances", type = "aws:ec2:spot-instance" }
    crash    = { description = "pods of a service end", action = "aws:eks:pod-delete", target = "Pods", type = "aws:eks:pod" }
    database = { description = "the primary fails over", action = "aws:rds:reboot-db-instances", target = "DBInstances", type = "aws:rds:db" }
    broker   = { description = "the active broker is cut off", action = "aws:network:disrupt-connectivity", target = "Subnets", type = "aws:ec2:subnet" }
    node     = { description = "managed nodes end", action = "aws:eks:terminate-nodegroup-instances", target = "Nodegroups", type = "aws:eks:nodegroup" }
  }
}

resource "aws_cloudwatch_log_group" "insights" {
  for_each = toset(["application", "dataplane", "host", "performance"])

  name              = "/aws/containerinsights/${local.name}/${each.key}"
  retention_in_days = var.retention_days
  kms_key_id        = data.terraform_remote_state.security.outputs.key_arns.logs
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = data.terraform_remote_state.security.outputs.key_arns.logs
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = local.channels

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "https"
  endpoint  = each.value
}

# Container Insights counts the restarts of every pod, so a new service is covered on its first day.
resource "aws_cloudwatch_metric_alarm" "restarts" {
  alarm_name          = "${local.name}-pod-restarts"
  alarm_description   = "A container restarts again and again"
  namespace           = "ContainerInsights"
  metric_name         = "pod_number_of_container_restarts"
  dimensions          = { ClusterName = local.cluster }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 3
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = data.terraform_remote_state.data.outputs.database_hosts

  alarm_name          = "${local.name}-database-${each.key}"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = "fraud-${each.key}" }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 2
  threshold           = 10737418240
  comparison_operator = "LessThanThreshold"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

data "aws_iam_policy_document" "experiments" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["fis.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "experiments" {
  name               = "${local.name}-experiments"
  assume_role_policy = data.aws_iam_policy_document.experiments.json
}

# What a template needs to send its record to a log group; AWS takes none of it by name.
data "aws_iam_policy_document" "records" {
  statement {
    actions   = ["logs:CreateLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "records" {
  name   = "records"
  role   = aws_iam_role.experiments.name
  policy = data.aws_iam_policy_document.records.json
}

# The record of every rehearsal, which auditors ask for.
resource "aws_cloudwatch_log_group" "experiments" {
  name              = "/aws/fis/${local.name}"
  retention_in_days = var.retention_days
  kms_key_id        = data.terraform_remote_state.security.outputs.key_arns.logs
}

resource "aws_fis_experiment_template" "scene" {
  for_each = local.scenes

  description = each.value.description
  role_arn    = aws_iam_role.experiments.arn

  stop_condition {
    source = "aws:cloudwatch:alarm"
    value  = aws_cloudwatch_metric_alarm.restarts.arn
  }

  log_configuration {
    log_schema_version = 2

    cloudwatch_logs_configuration {
      log_group_arn = "${aws_cloudwatch_log_group.experiments.arn}:*"
    }
  }

  action {
    name      = each.key
    action_id = each.value.action

    target {
      key   = each.value.target
      value = each.key
    }
  }

  target {
    name           = each.key
    resource_type  = each.value.type
    selection_mode = "COUNT(1)"

    resource_tag {
      key   = "fraud.example.com/rehearsal"
      value = each.key
    }
  }
}

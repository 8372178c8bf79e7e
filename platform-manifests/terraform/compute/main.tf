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
  subnets = data.terraform_remote_state.networking.outputs.subnet_ids.private
  keys    = data.terraform_remote_state.security.outputs.key_arns
  addons  = ["amazon-cloudwatch-observability", "aws-ebs-csi-driver", "coredns", "kube-proxy", "vpc-cni"]
}

data "aws_iam_policy_document" "trust" {
  for_each = toset(["ec2", "eks"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name               = "${local.name}-cluster"
  assume_role_policy = data.aws_iam_policy_document.trust["eks"].json
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_eks_cluster" "main" {
  name                      = local.name
  version                   = var.kubernetes_version
  role_arn                  = aws_iam_role.cluster.arn
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  vpc_config {
    subnet_ids              = local.subnets
    endpoint_private_access = true
    endpoint_public_access  = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = local.keys.cluster
    }
  }

  access_config {
    authentication_mode = "API"
  }
}

resource "aws_iam_openid_connect_provider" "cluster" {
  url            = aws_eks_cluster.main.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "node" {
  name               = "${local.name}-node"
  assume_role_policy = data.aws_iam_policy_document.trust["ec2"].json
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonSSMManagedInstanceCore"])

  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_launch_template" "system" {
  name = "${local.name}-system"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted   = true
      volume_type = "gp3"
      volume_size = 50
    }
  }
}

# System pods and Karpenter itself; everything else runs on Karpenter's nodes.
resource "aws_eks_node_group" "system" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "system"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = slice(local.subnets, 0, length(var.zones))
  capacity_type   = "ON_DEMAND"
  instance_types  = [var.system_nodes.instance_type]

  launch_template {
    id      = aws_launch_template.system.id
    version = aws_launch_template.system.latest_version
  }

  scaling_config {
    min_size     = length(var.zones) * var.system_nodes.per_zone
    desired_size = length(var.zones) * var.system_nodes.per_zone
    max_size     = length(var.zones) * (var.system_nodes.per_zone + 1)
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}

resource "aws_eks_addon" "main" {
  for_each = toset(local.addons)

  cluster_name = aws_eks_cluster.main.name
  addon_name   = each.key
}

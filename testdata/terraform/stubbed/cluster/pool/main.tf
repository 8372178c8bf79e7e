variable "cluster" {
  type = object({ name = string, endpoint = string, version = string })
}

variable "name" {
  type = string

  validation {
    condition     = can(regex("^[a-z]+$", var.name))
    error_message = "Letters only."
  }
}

variable "pool" {
  type = any
}

resource "aws_launch_template" "main" {
  name_prefix = "${var.cluster.name}-${var.name}-"
  user_data   = base64encode("NAME=${var.name}\n")

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]

    content {
      resource_type = tag_specifications.value
      tags          = merge(var.pool.labels, { pool = var.name })
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_eks_node_group" "main" {
  cluster_name    = var.cluster.name
  node_group_name = var.name
  node_role_arn   = "arn:aws:iam::123456789012:role/node"
  subnet_ids      = toset(["subnet-b", "subnet-a"])
  capacity_type   = var.pool.spot ? "SPOT" : "ON_DEMAND"
  instance_types  = var.pool.types
  labels          = var.pool.labels
  version         = var.cluster.version

  scaling_config {
    min_size     = 1
    desired_size = var.pool.size
    max_size     = var.pool.size * 2
  }

  launch_template {
    id      = aws_launch_template.main.id
    version = aws_launch_template.main.latest_version
  }

  dynamic "taint" {
    for_each = var.pool.taints

    content {
      key    = taint.value.key
      value  = lookup(taint.value, "value", null)
      effect = taint.value["effect"]
    }
  }
}

output "summary" {
  value = "${var.name}: ${join(",", var.pool.types)} × ${aws_eks_node_group.main.scaling_config[0].max_size}"
}

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "pools" {
  type = map(object({
    types    = list(string)
    size     = optional(number, 2)
    spot     = optional(bool, false)
    labels   = optional(map(string), {})
    taints   = optional(list(object({ key = string, value = optional(string, "true"), effect = string })), [])
    accounts = optional(any)
  }))
  default = {
    system = { types = ["m7g.large"] }
    batch = {
      types  = ["c7g.large", "c6g.large"]
      size   = "5"
      spot   = true
      labels = { tier = "batch" }
      taints = [{ key = "batch", effect = "NO_SCHEDULE" }, { key = "spot", value = "yes", effect = "NO_EXECUTE" }]
    }
    none = { types = [], size = 0 }
  }
}

resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = "arn:aws:iam::123456789012:role/cluster"
  version  = "1.34"

  enabled_cluster_log_types = ["audit", "api", "audit"]

  vpc_config {
    subnet_ids              = ["subnet-b", "subnet-a"]
    endpoint_private_access = true
    endpoint_public_access  = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = "arn:aws:kms:eu-west-1:123456789012:key/k"
    }
  }
}

module "pool" {
  source   = "./pool"
  for_each = { for name, pool in var.pools : name => pool if pool.size > 0 }

  cluster = aws_eks_cluster.main
  name    = each.key
  pool    = each.value
}

output "pools" {
  value = { for name, pool in module.pool : name => pool.summary }
}

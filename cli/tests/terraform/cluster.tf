# Clusters and nodes: blocks, dynamic blocks, what a module of a registry hides.
variable "keys" {
  type    = list(string)
  default = ["secrets"]
}

variable "unset" {
  type = list(string)
}

resource "aws_eks_cluster" "main" { # finding: cluster-without-identity-provider, cluster-without-version
  enabled_cluster_log_types = ["api", "audit", "authenticator"]

  vpc_config {
    endpoint_private_access = true
    endpoint_public_access  = true # finding: public-cluster-endpoint
  }

  dynamic "encryption_config" {
    for_each = length(var.keys) > 0 ? [1] : []

    content {
      resources = var.keys
    }
  }
}

resource "aws_eks_cluster" "unknown" {  # finding: cluster-without-identity-provider, cluster-without-version
  enabled_cluster_log_types = var.unset # undecided: cluster-without-audit-logs

  vpc_config {
    endpoint_private_access = true
    endpoint_public_access  = true
    public_access_cidrs     = ["203.0.113.0/24"]
  }

  dynamic "encryption_config" {
    for_each = var.unset

    content { # undecided: unencrypted-cluster-secrets
      resources = [encryption_config.value]
    }
  }
}

resource "aws_eks_node_group" "system" {
  subnet_ids    = [for zone in ["a", "b"] : aws_subnet.main[zone].id]
  capacity_type = "SPOT" # finding: system-nodes-on-spot

  scaling_config {
    desired_size = 2
  }
}

resource "aws_subnet" "main" {
  for_each = toset(["a", "b"])

  availability_zone = "eu-west-1${each.key}"
}

resource "aws_launch_template" "nodes" {
  metadata_options {
    http_tokens = "optional" # finding: metadata-without-token
  }
}

module "vpc" {                             # finding: network-without-flow-logs
  source = "terraform-aws-modules/vpc/aws" # finding: unpinned-module
}

resource "kubectl_manifest" "pod" {
  yaml_body = yamlencode({ # finding: workload-manifest-in-terraform
    apiVersion = "v1"
    kind       = "Pod" # finding: bare-pod
    metadata   = { name = "web", namespace = "shop" }
    spec       = { hostNetwork = true } # finding: default-service-account, host-network, invalid-field, mounted-service-account-token
  })
}

resource "kubernetes_manifest" "pod" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod" # finding: bare-pod, workload-manifest-in-terraform
    metadata   = { name = "api", namespace = "shop" }
    spec = {             # finding: default-service-account, invalid-field, mounted-service-account-token
      hostNetwork = true # finding: host-network
    }
  }
}

resource "kubectl_manifest" "unknown" {                       # undecided: *
  yaml_body = yamlencode({ metadata = { name = var.unset } }) # undecided: workload-manifest-in-terraform
}

resource "kubectl_manifest" "maybe" { # undecided: *
  count     = length(var.unset)
  yaml_body = yamlencode({ apiVersion = "v1", kind = "Pod", metadata = { name = "maybe" }, spec = { hostNetwork = true } }) # undecided: workload-manifest-in-terraform
}

resource "kubectl_manifest" "hidden" { # undecided: *
  yaml_body = sensitive(yamlencode({ apiVersion = "v1", kind = "Pod", metadata = { name = "hidden" }, spec = { hostNetwork = true } }))
}

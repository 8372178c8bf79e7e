# terraform-aws-eks v20.37.2
module "it" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"

  cluster_name                    = "it"
  vpc_id                          = "vpc-1"
  subnet_ids                      = ["subnet-1", "subnet-2"]
  cluster_endpoint_public_access  = true
  cluster_endpoint_private_access = false
  cluster_encryption_config       = {}
  cluster_enabled_log_types       = []

  node_security_group_additional_rules = {
    open = { type = "ingress", protocol = "tcp", from_port = 22, to_port = 22, cidr_blocks = ["0.0.0.0/0"] }
  }

  iam_role_additional_policies = {
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
  }

  eks_managed_node_group_defaults = {
    capacity_type = "SPOT"
  }

  eks_managed_node_groups = {
    one   = { min_size = 2, desired_size = 2 }
    other = { capacity_type = "ON_DEMAND", desired_size = 1, metadata_options = { http_tokens = "optional" } }
  }

  self_managed_node_groups = {
    third = { metadata_options = { http_tokens = "optional" } }
  }
}

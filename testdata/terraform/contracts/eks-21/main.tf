# terraform-aws-eks v21.10.0
module "it" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.0"

  name                    = "it"
  vpc_id                  = "vpc-1"
  subnet_ids              = ["subnet-1", "subnet-2"]
  endpoint_public_access  = true
  encryption_config       = null
  enable_kms_key_rotation = false

  eks_managed_node_groups = {
    one   = { capacity_type = "SPOT", min_size = 2, desired_size = 2 }
    other = { desired_size = 1, metadata_options = { http_tokens = "optional" } }
  }
}

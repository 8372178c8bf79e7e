# terraform-aws-eks v19.21.0
module "it" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 19.13"

  cluster_name                   = "it"
  vpc_id                         = "vpc-1"
  subnet_ids                     = ["subnet-1", "subnet-2"]
  cluster_endpoint_public_access = true

  eks_managed_node_groups = {
    one = { capacity_type = "SPOT", min_size = 2, desired_size = 2 }
  }
}

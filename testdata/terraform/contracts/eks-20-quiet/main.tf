# terraform-aws-eks v20.37.2
module "it" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"

  cluster_name = "it"
  vpc_id       = "vpc-1"
  subnet_ids   = ["subnet-1", "subnet-2"]

  eks_managed_node_groups = {
    one = { min_size = 2, desired_size = 2 }
  }
}

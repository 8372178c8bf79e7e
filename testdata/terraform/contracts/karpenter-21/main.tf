# terraform-aws-eks v21.10.0
module "it" {
  source  = "terraform-aws-modules/eks/aws//modules/karpenter"
  version = "~> 21.0"

  cluster_name = "it"
}

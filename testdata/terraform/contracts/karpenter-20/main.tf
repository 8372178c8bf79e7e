# terraform-aws-eks v20.37.2
module "it" {
  source  = "terraform-aws-modules/eks/aws//modules/karpenter"
  version = "~> 20.0"

  cluster_name = "it"
}

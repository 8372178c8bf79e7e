# terraform-aws-eks v19.21.0
module "it" {
  source  = "terraform-aws-modules/eks/aws//modules/karpenter"
  version = "~> 19.0"

  cluster_name = "it"
}

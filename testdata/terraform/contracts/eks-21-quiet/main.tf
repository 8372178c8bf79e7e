# terraform-aws-eks v21.10.0
module "it" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.0"

  name       = "it"
  vpc_id     = "vpc-1"
  subnet_ids = ["subnet-1", "subnet-2"]
}

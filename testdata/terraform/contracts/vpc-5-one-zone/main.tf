# terraform-aws-vpc v5.21.0
module "it" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"

  azs                = ["eu-west-1a"]
  private_subnets    = ["10.0.1.0/24"]
  public_subnets     = ["10.0.3.0/24"]
  enable_nat_gateway = true
}

# terraform-aws-vpc v5.21.0
module "it" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"

  azs                                  = ["eu-west-1a", "eu-west-1b"]
  private_subnets                      = ["10.0.1.0/24", "10.0.2.0/24"]
  public_subnets                       = ["10.0.3.0/24", "10.0.4.0/24"]
  enable_nat_gateway                   = true
  single_nat_gateway                   = true
  enable_flow_log                      = true
  create_flow_log_cloudwatch_log_group = true
  create_flow_log_cloudwatch_iam_role  = true
}

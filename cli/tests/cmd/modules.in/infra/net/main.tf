terraform {
  required_version = "~> 1.11"

  backend "s3" {
    bucket       = "state"
    key          = "net.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"

  azs                = ["eu-west-1a", "eu-west-1b"]
  private_subnets    = ["10.0.1.0/24", "10.0.2.0/24"]
  enable_nat_gateway = true
  single_nat_gateway = true
}

module "tags" {
  source  = "example/tags/aws"
  version = "1.2.3"
}

output "subnets" {
  value = module.vpc.private_subnets
}

output "zones" {
  value = module.vpc.azs
}

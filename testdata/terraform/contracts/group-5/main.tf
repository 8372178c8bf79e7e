# terraform-aws-security-group v5.3.0
module "it" {
  source  = "terraform-aws-modules/security-group/aws"
  version = "~> 5.0"

  name                = "it"
  vpc_id              = "vpc-1"
  ingress_cidr_blocks = ["0.0.0.0/0"]
  ingress_rules       = ["https-443-tcp", "ssh-tcp"]

  ingress_with_cidr_blocks = [
    { rule = "postgresql-tcp", cidr_blocks = "10.0.0.0/8,0.0.0.0/0" },
    { from_port = 8000, to_port = 8100, protocol = "tcp", cidr_blocks = "10.0.0.0/8" },
  ]
}

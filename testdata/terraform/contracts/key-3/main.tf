# terraform-aws-kms v3.1.1
module "it" {
  source  = "terraform-aws-modules/kms/aws"
  version = "~> 3.0"

  enable_key_rotation = false
}

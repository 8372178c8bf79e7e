# terraform-aws-kms v4.2.0
module "it" {
  source  = "terraform-aws-modules/kms/aws"
  version = "~> 4.0"

  enable_key_rotation = false
}

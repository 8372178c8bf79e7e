# terraform-aws-kms v1.5.0
module "it" {
  source  = "terraform-aws-modules/kms/aws"
  version = "~> 1.0"

  enable_key_rotation = false
}

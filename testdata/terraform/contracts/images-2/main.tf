# terraform-aws-ecr v2.4.0
module "it" {
  source  = "terraform-aws-modules/ecr/aws"
  version = "~> 2.0"

  repository_name                 = "it"
  repository_image_tag_mutability = "MUTABLE"
  repository_image_scan_on_push   = false
  create_lifecycle_policy         = false
}

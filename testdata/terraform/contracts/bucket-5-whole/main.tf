# terraform-aws-s3-bucket v5.15.4
module "it" {
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "~> 5.0"

  bucket     = "it"
  versioning = { enabled = true }
}

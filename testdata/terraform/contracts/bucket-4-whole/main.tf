# terraform-aws-s3-bucket v4.2.0
module "it" {
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "~> 4.0"

  bucket     = "it"
  versioning = { enabled = true }
}

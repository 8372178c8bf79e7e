# terraform-aws-s3-bucket v5.15.4
module "it" {
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "~> 5.0"

  bucket     = "it"
  versioning = { enabled = true }

  attach_deny_insecure_transport_policy = true
  server_side_encryption_configuration = {
    rule = { apply_server_side_encryption_by_default = { sse_algorithm = "aws:kms" } }
  }
}

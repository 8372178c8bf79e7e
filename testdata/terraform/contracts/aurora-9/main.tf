# terraform-aws-rds-aurora v9.10.0
module "it" {
  source  = "terraform-aws-modules/rds-aurora/aws"
  version = "~> 9.0"

  name              = "it"
  engine            = "aurora-postgresql"
  storage_encrypted = false

  instances = {
    one = { instance_class = "db.r7g.large", publicly_accessible = true }
  }
}

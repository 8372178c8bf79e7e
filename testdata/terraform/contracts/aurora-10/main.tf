# terraform-aws-rds-aurora v10.0.2
module "it" {
  source  = "terraform-aws-modules/rds-aurora/aws"
  version = "~> 10.0"

  name              = "it"
  engine            = "aurora-postgresql"
  storage_encrypted = false

  instances = {
    one = { instance_class = "db.r7g.large", publicly_accessible = true }
  }
}

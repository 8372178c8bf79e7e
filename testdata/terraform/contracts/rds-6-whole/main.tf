# terraform-aws-rds v6.10.0
module "it" {
  source  = "terraform-aws-modules/rds/aws"
  version = "~> 6.0"

  identifier              = "it"
  engine                  = "postgres"
  family                  = "postgres17"
  major_engine_version    = "17"
  instance_class          = "db.r7g.large"
  multi_az                = true
  backup_retention_period = 35
  deletion_protection     = true
}

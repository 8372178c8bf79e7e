# terraform-aws-rds v6.10.0
module "it" {
  source  = "terraform-aws-modules/rds/aws"
  version = "~> 6.0"

  identifier                      = "it"
  engine                          = "postgres"
  family                          = "postgres17"
  major_engine_version            = "17"
  instance_class                  = "db.r7g.large"
  publicly_accessible             = true
  storage_encrypted               = false
  enabled_cloudwatch_logs_exports = ["postgresql"]
  create_cloudwatch_log_group     = true
}

terraform {
  required_version = "~> 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
  backend "s3" {
    bucket       = "state"
    key          = "data"
    encrypt      = true
    use_lockfile = true
  }
}
provider "aws" {
  region = "eu-west-1"
}
variable "multi_az" { type = bool }
variable "password" {
  type      = string
  sensitive = true
}
locals {
  name = "fraud-${terraform.workspace}"
}
resource "aws_kms_key" "rds" {}
module "db" {
  source   = "../modules/db"
  name     = local.name
  multi_az = var.multi_az
  key      = aws_kms_key.rds.arn
  password = var.password
}
output "endpoint" { value = module.db.endpoint }
output "names" { value = [local.name, 1] }
output "password" {
  value = var.password
  sensitive = true
}

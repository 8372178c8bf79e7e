terraform {
  backend "s3" {}
}
locals {
  a = local.b
  b = local.a
}
resource "aws_s3_bucket" "models" {
  bucket = cidrsubnet("10.0.0.0/33", 1, 1)
}
resource "aws_s3_bucket" {

variable "region" {
  type    = string
  default = "us-west-2"
}

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "north"
  region = "eu-north-1"
}

data "aws_region" "here" {}

data "aws_region" "there" {
  provider = aws.north
}

data "aws_partition" "here" {}

resource "aws_s3_bucket" "here" {
  bucket = "models-${data.aws_region.here.name}"
}

resource "aws_iam_role_policy" "read" {
  name = "read-${data.aws_region.there.name}"
  role = "scoring"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:${data.aws_partition.here.partition}:s3:::models/*"
    }]
  })
}

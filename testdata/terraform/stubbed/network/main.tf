terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      owner = "platform"
      layer = "network"
    }
  }
}

provider "aws" {
  alias  = "other"
  region = "eu-central-1"
}

variable "zones" {
  type    = list(string)
  default = ["eu-west-1a", "eu-west-1b"]
}

variable "single_nat" {
  type    = bool
  default = false
}

variable "ports" {
  type = map(object({ port = number, cidrs = optional(list(string), ["10.0.0.0/8"]), note = optional(string) }))
  default = {
    https = { port = 443 }
    ssh   = { port = "22", cidrs = ["10.1.0.0/16", "10.2.0.0/16"], note = "bastion" }
  }
}

locals {
  tiers = { public = 0, private = 4, data = 8 }
  subnets = merge([
    for tier, offset in local.tiers : {
      for index, zone in var.zones : "${tier}-${zone}" => { tier = tier, zone = zone, cidr = cidrsubnet(aws_vpc.main.cidr_block, 6, offset + index) }
    }
  ]...)
}

resource "aws_vpc" "main" {
  cidr_block           = "10.42.0.0/16"
  enable_dns_hostnames = "true"

  tags = { Name = "main" }
}

resource "aws_subnet" "main" {
  for_each = local.subnets

  vpc_id                  = aws_vpc.main.id
  availability_zone       = each.value.zone
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = each.value.tier == "public"

  tags = { Name = each.key, layer = each.value.tier, none = null }
}

resource "aws_eip" "nat" {
  count  = var.single_nat ? 1 : length(var.zones)
  domain = "vpc"
}

resource "aws_nat_gateway" "main" {
  count = length(aws_eip.nat)

  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.main["public-${var.zones[count.index]}"].id
}

resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id

  dynamic "ingress" {
    for_each = var.ports
    iterator = rule

    content {
      description = coalesce(rule.value.note, rule.key)
      from_port   = rule.value.port
      to_port     = rule.value.port
      protocol    = "tcp"
      cidr_blocks = rule.value.cidrs
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "main" {
  for_each = toset([for name, rule in var.ports : tostring(rule.port)])

  security_group_id = aws_security_group.main.id
  from_port         = each.value
  to_port           = each.key
  ip_protocol       = "tcp"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_flow_log" "main" {
  provider = aws.other

  traffic_type    = upper("all")
  vpc_id          = aws_vpc.main.id
  log_destination = "arn:aws:logs:eu-central-1:123456789012:log-group:${aws_vpc.main.tags.Name}"

  tags = aws_vpc.main.tags
}

output "cidrs" {
  value = { for key, subnet in aws_subnet.main : key => subnet.cidr_block }
}

output "ids" {
  value = aws_subnet.main[*]
}

output "first" {
  value = [for key, subnet in aws_subnet.main : subnet.id if startswith(key, "data")]
}

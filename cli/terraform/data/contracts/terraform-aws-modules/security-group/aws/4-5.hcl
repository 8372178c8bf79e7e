variable "create" { default = true }
variable "create_sg" { default = true }
variable "security_group_id" { default = null }
variable "name" { default = null }
variable "use_name_prefix" { default = true }
variable "description" { default = "Security Group managed by Terraform" }
variable "vpc_id" { default = null }
variable "ingress_rules" { default = [] }
variable "ingress_cidr_blocks" { default = [] }
variable "ingress_ipv6_cidr_blocks" { default = [] }
variable "ingress_with_cidr_blocks" { default = [] }
variable "ingress_with_ipv6_cidr_blocks" { default = [] }
variable "tags" { default = {} }

# The names of rules that are common; what another one opens is not known.
locals {
  id = var.create_sg ? try(aws_security_group.this[0].id, aws_security_group.this_name_prefix[0].id, null) : var.security_group_id

  rules = {
    "all-all"            = [0, 0, "-1"]
    "all-tcp"            = [0, 65535, "tcp"]
    "all-udp"            = [0, 65535, "udp"]
    "all-icmp"           = [-1, -1, "icmp"]
    "http-80-tcp"        = [80, 80, "tcp"]
    "http-8080-tcp"      = [8080, 8080, "tcp"]
    "https-443-tcp"      = [443, 443, "tcp"]
    "https-8443-tcp"     = [8443, 8443, "tcp"]
    "ssh-tcp"            = [22, 22, "tcp"]
    "rdp-tcp"            = [3389, 3389, "tcp"]
    "postgresql-tcp"     = [5432, 5432, "tcp"]
    "mysql-tcp"          = [3306, 3306, "tcp"]
    "mssql-tcp"          = [1433, 1433, "tcp"]
    "oracle-db-tcp"      = [1521, 1521, "tcp"]
    "redis-tcp"          = [6379, 6379, "tcp"]
    "memcached-tcp"      = [11211, 11211, "tcp"]
    "mongodb-27017-tcp"  = [27017, 27017, "tcp"]
    "nfs-tcp"            = [2049, 2049, "tcp"]
    "dns-tcp"            = [53, 53, "tcp"]
    "dns-udp"            = [53, 53, "udp"]
    "kubernetes-api-tcp" = [6443, 6443, "tcp"]
  }
}

resource "aws_security_group" "this" {
  count = var.create && var.create_sg && !var.use_name_prefix ? 1 : 0

  name        = var.name
  description = var.description
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_security_group" "this_name_prefix" {
  count = var.create && var.create_sg && var.use_name_prefix ? 1 : 0

  name_prefix = try("${var.name}-", null)
  description = var.description
  vpc_id      = var.vpc_id
  tags        = var.tags
}

data "contract_rule" "other" {}

resource "aws_security_group_rule" "ingress_rules" {
  count = var.create ? length(var.ingress_rules) : 0

  security_group_id = local.id
  type              = "ingress"
  cidr_blocks       = contains(keys(local.rules), var.ingress_rules[count.index]) ? var.ingress_cidr_blocks : data.contract_rule.other.cidr_blocks
  ipv6_cidr_blocks  = contains(keys(local.rules), var.ingress_rules[count.index]) ? var.ingress_ipv6_cidr_blocks : data.contract_rule.other.ipv6_cidr_blocks
  from_port         = try(local.rules[var.ingress_rules[count.index]][0], null)
  to_port           = try(local.rules[var.ingress_rules[count.index]][1], null)
  protocol          = try(local.rules[var.ingress_rules[count.index]][2], null)
}

resource "aws_security_group_rule" "ingress_with_cidr_blocks" {
  count = var.create ? length(var.ingress_with_cidr_blocks) : 0

  security_group_id = local.id
  type              = "ingress"
  cidr_blocks       = try(compact(split(",", var.ingress_with_cidr_blocks[count.index]["cidr_blocks"])), var.ingress_cidr_blocks)
  from_port         = try(var.ingress_with_cidr_blocks[count.index]["from_port"], local.rules[var.ingress_with_cidr_blocks[count.index]["rule"]][0], data.contract_rule.other.from_port)
  to_port           = try(var.ingress_with_cidr_blocks[count.index]["to_port"], local.rules[var.ingress_with_cidr_blocks[count.index]["rule"]][1], data.contract_rule.other.to_port)
  protocol          = try(var.ingress_with_cidr_blocks[count.index]["protocol"], local.rules[var.ingress_with_cidr_blocks[count.index]["rule"]][2], data.contract_rule.other.protocol)
}

resource "aws_security_group_rule" "ingress_with_ipv6_cidr_blocks" {
  count = var.create ? length(var.ingress_with_ipv6_cidr_blocks) : 0

  security_group_id = local.id
  type              = "ingress"
  ipv6_cidr_blocks  = try(compact(split(",", var.ingress_with_ipv6_cidr_blocks[count.index]["ipv6_cidr_blocks"])), var.ingress_ipv6_cidr_blocks)
  from_port         = try(var.ingress_with_ipv6_cidr_blocks[count.index]["from_port"], local.rules[var.ingress_with_ipv6_cidr_blocks[count.index]["rule"]][0], data.contract_rule.other.from_port)
  to_port           = try(var.ingress_with_ipv6_cidr_blocks[count.index]["to_port"], local.rules[var.ingress_with_ipv6_cidr_blocks[count.index]["rule"]][1], data.contract_rule.other.to_port)
  protocol          = try(var.ingress_with_ipv6_cidr_blocks[count.index]["protocol"], local.rules[var.ingress_with_ipv6_cidr_blocks[count.index]["rule"]][2], data.contract_rule.other.protocol)
}

output "security_group_id" {
  value = local.id
}

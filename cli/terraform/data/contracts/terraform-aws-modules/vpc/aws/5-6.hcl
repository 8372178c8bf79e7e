variable "create_vpc" { default = true }
variable "name" { default = "" }
variable "cidr" { default = "10.0.0.0/16" }
variable "azs" { default = [] }
variable "public_subnets" { default = [] }
variable "private_subnets" { default = [] }
variable "database_subnets" { default = [] }
variable "elasticache_subnets" { default = [] }
variable "redshift_subnets" { default = [] }
variable "intra_subnets" { default = [] }
variable "public_subnet_ipv6_prefixes" { default = [] }
variable "private_subnet_ipv6_prefixes" { default = [] }
variable "database_subnet_ipv6_prefixes" { default = [] }
variable "elasticache_subnet_ipv6_prefixes" { default = [] }
variable "redshift_subnet_ipv6_prefixes" { default = [] }
variable "intra_subnet_ipv6_prefixes" { default = [] }
variable "public_subnet_tags" { default = {} }
variable "private_subnet_tags" { default = {} }
variable "map_public_ip_on_launch" { default = false }
variable "enable_ipv6" { default = false }
variable "create_igw" { default = true }
variable "enable_nat_gateway" { default = false }
variable "single_nat_gateway" { default = false }
variable "one_nat_gateway_per_az" { default = false }
variable "manage_default_security_group" { default = true }
variable "default_security_group_ingress" { default = [] }
variable "default_security_group_egress" { default = [] }
variable "create_database_subnet_group" { default = true }
variable "enable_flow_log" { default = false }
variable "flow_log_destination_type" { default = "cloud-watch-logs" }
variable "flow_log_destination_arn" { default = "" }
variable "flow_log_traffic_type" { default = "ALL" }
variable "create_flow_log_cloudwatch_log_group" { default = false }
variable "flow_log_cloudwatch_log_group_retention_in_days" { default = null }
variable "flow_log_cloudwatch_log_group_kms_key_id" { default = null }
variable "flow_log_cloudwatch_iam_role_arn" { default = "" }
variable "create_flow_log_cloudwatch_iam_role" { default = false }
variable "tags" { default = {} }
variable "vpc_tags" { default = {} }

locals {
  publics      = max(length(var.public_subnets), length(var.public_subnet_ipv6_prefixes))
  privates     = max(length(var.private_subnets), length(var.private_subnet_ipv6_prefixes))
  databases    = max(length(var.database_subnets), length(var.database_subnet_ipv6_prefixes))
  elasticaches = max(length(var.elasticache_subnets), length(var.elasticache_subnet_ipv6_prefixes))
  redshifts    = max(length(var.redshift_subnets), length(var.redshift_subnet_ipv6_prefixes))
  intras       = max(length(var.intra_subnets), length(var.intra_subnet_ipv6_prefixes))
  widest       = max(local.publics, local.privates, local.databases, local.elasticaches, local.redshifts)
  gateways     = var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : local.widest
  log_group    = var.create_vpc && var.enable_flow_log && var.flow_log_destination_type != "s3" && var.create_flow_log_cloudwatch_log_group
  log_role     = var.create_vpc && var.enable_flow_log && var.flow_log_destination_type != "s3" && var.create_flow_log_cloudwatch_iam_role
}

resource "aws_vpc" "this" {
  count = var.create_vpc ? 1 : 0

  cidr_block = var.cidr
  tags       = merge({ Name = var.name }, var.tags, var.vpc_tags)
}

resource "aws_default_security_group" "this" {
  count = var.create_vpc && var.manage_default_security_group ? 1 : 0

  vpc_id = aws_vpc.this[0].id

  dynamic "ingress" {
    for_each = var.default_security_group_ingress

    content {
      cidr_blocks = compact(split(",", lookup(ingress.value, "cidr_blocks", "")))
      from_port   = lookup(ingress.value, "from_port", 0)
      to_port     = lookup(ingress.value, "to_port", 0)
      protocol    = lookup(ingress.value, "protocol", "-1")
    }
  }
}

resource "aws_subnet" "public" {
  count = var.create_vpc ? local.publics : 0

  vpc_id                  = aws_vpc.this[0].id
  availability_zone       = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id    = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) == 0 ? element(var.azs, count.index) : null
  cidr_block              = try(element(var.public_subnets, count.index), null)
  map_public_ip_on_launch = var.map_public_ip_on_launch
  tags                    = merge(var.tags, var.public_subnet_tags)
}

resource "aws_subnet" "private" {
  count = var.create_vpc ? local.privates : 0

  vpc_id               = aws_vpc.this[0].id
  availability_zone    = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) == 0 ? element(var.azs, count.index) : null
  cidr_block           = try(element(var.private_subnets, count.index), null)
  tags                 = merge(var.tags, var.private_subnet_tags)
}

resource "aws_subnet" "database" {
  count = var.create_vpc ? local.databases : 0

  vpc_id               = aws_vpc.this[0].id
  availability_zone    = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) == 0 ? element(var.azs, count.index) : null
  cidr_block           = try(element(var.database_subnets, count.index), null)
  tags                 = merge(var.tags)
}

resource "aws_subnet" "elasticache" {
  count = var.create_vpc ? local.elasticaches : 0

  vpc_id               = aws_vpc.this[0].id
  availability_zone    = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) == 0 ? element(var.azs, count.index) : null
  cidr_block           = try(element(var.elasticache_subnets, count.index), null)
  tags                 = merge(var.tags)
}

resource "aws_subnet" "redshift" {
  count = var.create_vpc ? local.redshifts : 0

  vpc_id               = aws_vpc.this[0].id
  availability_zone    = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) == 0 ? element(var.azs, count.index) : null
  cidr_block           = try(element(var.redshift_subnets, count.index), null)
  tags                 = merge(var.tags)
}

resource "aws_subnet" "intra" {
  count = var.create_vpc ? local.intras : 0

  vpc_id               = aws_vpc.this[0].id
  availability_zone    = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) > 0 ? element(var.azs, count.index) : null
  availability_zone_id = length(regexall("^[a-z]{2}-", element(var.azs, count.index))) == 0 ? element(var.azs, count.index) : null
  cidr_block           = try(element(var.intra_subnets, count.index), null)
  tags                 = merge(var.tags)
}

resource "aws_db_subnet_group" "database" {
  count = var.create_vpc && var.create_database_subnet_group && local.databases > 0 ? 1 : 0

  subnet_ids = aws_subnet.database[*].id
}

resource "aws_internet_gateway" "this" {
  count = var.create_vpc && var.create_igw && local.publics > 0 ? 1 : 0

  vpc_id = aws_vpc.this[0].id
}

resource "aws_nat_gateway" "this" {
  count = var.create_vpc && var.enable_nat_gateway ? local.gateways : 0

  subnet_id = element(aws_subnet.public[*].id, var.single_nat_gateway ? 0 : count.index)
  tags      = var.tags
}

resource "aws_flow_log" "this" {
  count = var.create_vpc && var.enable_flow_log ? 1 : 0

  vpc_id               = aws_vpc.this[0].id
  traffic_type         = var.flow_log_traffic_type
  log_destination_type = var.flow_log_destination_type
  log_destination      = local.log_group ? aws_cloudwatch_log_group.flow_log[0].arn : var.flow_log_destination_arn
  iam_role_arn         = local.log_role ? aws_iam_role.vpc_flow_log_cloudwatch[0].arn : var.flow_log_cloudwatch_iam_role_arn
}

resource "aws_cloudwatch_log_group" "flow_log" {
  count = local.log_group ? 1 : 0

  retention_in_days = var.flow_log_cloudwatch_log_group_retention_in_days
  kms_key_id        = var.flow_log_cloudwatch_log_group_kms_key_id
}

resource "aws_iam_role" "vpc_flow_log_cloudwatch" {
  count = local.log_role ? 1 : 0

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "vpc-flow-logs.amazonaws.com" } }]
  })
}

output "vpc_id" {
  value = try(aws_vpc.this[0].id, null)
}

output "vpc_arn" {
  value = try(aws_vpc.this[0].arn, null)
}

output "vpc_cidr_block" {
  value = try(aws_vpc.this[0].cidr_block, null)
}

output "default_security_group_id" {
  value = try(aws_vpc.this[0].default_security_group_id, null)
}

output "azs" {
  value = var.azs
}

output "natgw_ids" {
  value = aws_nat_gateway.this[*].id
}

output "igw_id" {
  value = try(aws_internet_gateway.this[0].id, null)
}

output "database_subnet_group" {
  value = try(aws_db_subnet_group.database[0].id, null)
}

output "database_subnet_group_name" {
  value = try(aws_db_subnet_group.database[0].name, null)
}

output "public_subnets" {
  value = aws_subnet.public[*].id
}

output "public_subnet_arns" {
  value = aws_subnet.public[*].arn
}

output "public_subnets_cidr_blocks" {
  value = compact(aws_subnet.public[*].cidr_block)
}

output "private_subnets" {
  value = aws_subnet.private[*].id
}

output "private_subnet_arns" {
  value = aws_subnet.private[*].arn
}

output "private_subnets_cidr_blocks" {
  value = compact(aws_subnet.private[*].cidr_block)
}

output "database_subnets" {
  value = aws_subnet.database[*].id
}

output "database_subnet_arns" {
  value = aws_subnet.database[*].arn
}

output "database_subnets_cidr_blocks" {
  value = compact(aws_subnet.database[*].cidr_block)
}

output "elasticache_subnets" {
  value = aws_subnet.elasticache[*].id
}

output "elasticache_subnet_arns" {
  value = aws_subnet.elasticache[*].arn
}

output "elasticache_subnets_cidr_blocks" {
  value = compact(aws_subnet.elasticache[*].cidr_block)
}

output "redshift_subnets" {
  value = aws_subnet.redshift[*].id
}

output "redshift_subnet_arns" {
  value = aws_subnet.redshift[*].arn
}

output "redshift_subnets_cidr_blocks" {
  value = compact(aws_subnet.redshift[*].cidr_block)
}

output "intra_subnets" {
  value = aws_subnet.intra[*].id
}

output "intra_subnet_arns" {
  value = aws_subnet.intra[*].arn
}

output "intra_subnets_cidr_blocks" {
  value = compact(aws_subnet.intra[*].cidr_block)
}

output "vpc_id" {
  description = "The network."
  value       = aws_vpc.main.id
}

output "subnet_ids" {
  description = "The subnets of each tier, a zone each."
  value       = { for tier in keys(local.tiers) : tier => [for zone in var.zones : aws_subnet.main["${tier}-${zone}"].id] }
}

output "data_cidrs" {
  description = "The ranges of the data tier, which network policies name."
  value       = [for zone in var.zones : local.subnets["data-${zone}"].cidr]
}

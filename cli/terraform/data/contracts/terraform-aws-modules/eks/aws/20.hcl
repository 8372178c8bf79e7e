variable "create" { default = true }
variable "cluster_name" { default = "" }
variable "cluster_version" { default = null }
variable "cluster_enabled_log_types" { default = ["api", "audit", "authenticator"] }
variable "cluster_additional_security_group_ids" { default = [] }
variable "control_plane_subnet_ids" { default = [] }
variable "subnet_ids" { default = [] }
variable "vpc_id" { default = null }
variable "cluster_endpoint_private_access" { default = true }
variable "cluster_endpoint_public_access" { default = false }
variable "cluster_endpoint_public_access_cidrs" { default = ["0.0.0.0/0"] }
variable "cluster_ip_family" { default = "ipv4" }
variable "cluster_encryption_config" { default = { resources = ["secrets"] } }
variable "cluster_compute_config" { default = {} }
variable "outpost_config" { default = {} }
variable "authentication_mode" { default = "API_AND_CONFIG_MAP" }
variable "access_entries" { default = {} }
variable "enable_cluster_creator_admin_permissions" { default = false }
variable "create_kms_key" { default = true }
variable "enable_kms_key_rotation" { default = true }
variable "kms_key_deletion_window_in_days" { default = null }
variable "create_cloudwatch_log_group" { default = true }
variable "cloudwatch_log_group_retention_in_days" { default = 90 }
variable "cloudwatch_log_group_kms_key_id" { default = null }
variable "create_cluster_security_group" { default = true }
variable "cluster_security_group_id" { default = "" }
variable "cluster_security_group_additional_rules" { default = {} }
variable "create_node_security_group" { default = true }
variable "node_security_group_id" { default = "" }
variable "node_security_group_additional_rules" { default = {} }
variable "enable_irsa" { default = true }
variable "create_iam_role" { default = true }
variable "iam_role_arn" { default = null }
variable "iam_role_name" { default = null }
variable "iam_role_permissions_boundary" { default = null }
variable "iam_role_additional_policies" { default = {} }
variable "cluster_addons" { default = {} }
variable "eks_managed_node_groups" { default = {} }
variable "self_managed_node_groups" { default = {} }
variable "eks_managed_node_group_defaults" { default = {} }
variable "self_managed_node_group_defaults" { default = {} }
variable "tags" { default = {} }
variable "cluster_tags" { default = {} }

locals {
  on_outpost = length(var.outpost_config) > 0
  encrypted  = length(var.cluster_encryption_config) > 0 && !local.on_outpost
  auto_mode  = try(var.cluster_compute_config.enabled, false)
  cluster_sg = var.create && var.create_cluster_security_group
  node_sg    = var.create && var.create_node_security_group

  cluster_sg_id = local.cluster_sg ? aws_security_group.cluster[0].id : var.cluster_security_group_id
  node_sg_id    = local.node_sg ? aws_security_group.node[0].id : var.node_security_group_id
}

resource "aws_eks_cluster" "this" {
  count = var.create ? 1 : 0

  name                      = var.cluster_name
  role_arn                  = var.create_iam_role ? aws_iam_role.this[0].arn : var.iam_role_arn
  version                   = var.cluster_version
  enabled_cluster_log_types = var.cluster_enabled_log_types

  access_config {
    authentication_mode                         = var.authentication_mode
    bootstrap_cluster_creator_admin_permissions = false
  }

  vpc_config {
    security_group_ids      = compact(distinct(concat(var.cluster_additional_security_group_ids, [local.cluster_sg_id])))
    subnet_ids              = length(var.control_plane_subnet_ids) > 0 ? var.control_plane_subnet_ids : var.subnet_ids
    endpoint_private_access = var.cluster_endpoint_private_access
    endpoint_public_access  = var.cluster_endpoint_public_access
    public_access_cidrs     = var.cluster_endpoint_public_access_cidrs
  }

  kubernetes_network_config {
    ip_family = var.cluster_ip_family
  }

  dynamic "encryption_config" {
    for_each = local.encrypted ? [1] : []

    content {
      resources = var.cluster_encryption_config.resources

      provider {
        key_arn = var.create_kms_key ? module.kms.key_arn : try(var.cluster_encryption_config.provider_key_arn, null)
      }
    }
  }

  tags = merge(var.tags, var.cluster_tags)
}

resource "aws_cloudwatch_log_group" "this" {
  count = var.create && var.create_cloudwatch_log_group ? 1 : 0

  name              = "/aws/eks/${var.cluster_name}/cluster"
  retention_in_days = var.cloudwatch_log_group_retention_in_days
  kms_key_id        = var.cloudwatch_log_group_kms_key_id
  tags              = var.tags
}

resource "aws_eks_access_entry" "this" {
  for_each = { for key, value in merge({ for name, entry in { cluster_creator = {} } : name => entry if var.enable_cluster_creator_admin_permissions }, var.access_entries) : key => value if var.create }

  cluster_name      = aws_eks_cluster.this[0].id
  kubernetes_groups = try(each.value.kubernetes_groups, null)
  principal_arn     = try(each.value.principal_arn, data.aws_iam_session_context.current[0].issuer_arn)
  type              = try(each.value.type, "STANDARD")
  user_name         = try(each.value.user_name, null)
}

data "aws_iam_session_context" "current" {
  count = var.create ? 1 : 0
}

module "kms" {
  source = "./kms"

  create                  = var.create && var.create_kms_key && local.encrypted
  enable_key_rotation     = var.enable_kms_key_rotation
  deletion_window_in_days = var.kms_key_deletion_window_in_days
  tags                    = var.tags
}

resource "aws_security_group" "cluster" {
  count = local.cluster_sg ? 1 : 0

  vpc_id = var.vpc_id
  tags   = var.tags
}

resource "aws_security_group_rule" "cluster" {
  for_each = { for key, value in var.cluster_security_group_additional_rules : key => value if local.cluster_sg }

  security_group_id        = aws_security_group.cluster[0].id
  type                     = try(each.value.type, "ingress")
  protocol                 = try(each.value.protocol, null)
  from_port                = try(each.value.from_port, null)
  to_port                  = try(each.value.to_port, null)
  cidr_blocks              = try(each.value.cidr_blocks, null)
  ipv6_cidr_blocks         = try(each.value.ipv6_cidr_blocks, null)
  self                     = try(each.value.self, null)
  source_security_group_id = try(each.value.source_node_security_group, false) ? local.node_sg_id : try(each.value.source_security_group_id, null)
}

resource "aws_security_group" "node" {
  count = local.node_sg ? 1 : 0

  vpc_id = var.vpc_id
  tags   = var.tags
}

resource "aws_security_group_rule" "node" {
  for_each = { for key, value in var.node_security_group_additional_rules : key => value if local.node_sg }

  security_group_id        = aws_security_group.node[0].id
  type                     = try(each.value.type, "ingress")
  protocol                 = try(each.value.protocol, null)
  from_port                = try(each.value.from_port, null)
  to_port                  = try(each.value.to_port, null)
  cidr_blocks              = try(each.value.cidr_blocks, null)
  ipv6_cidr_blocks         = try(each.value.ipv6_cidr_blocks, null)
  self                     = try(each.value.self, null)
  source_security_group_id = try(each.value.source_cluster_security_group, false) ? local.cluster_sg_id : try(each.value.source_security_group_id, null)
}

resource "aws_iam_openid_connect_provider" "oidc_provider" {
  count = var.create && var.enable_irsa && !local.on_outpost ? 1 : 0

  client_id_list = ["sts.amazonaws.com"]
  url            = aws_eks_cluster.this[0].identity[0].oidc[0].issuer
  tags           = var.tags
}

resource "aws_iam_role" "this" {
  count = var.create && var.create_iam_role ? 1 : 0

  name                 = var.iam_role_name
  permissions_boundary = var.iam_role_permissions_boundary
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "additional" {
  for_each = { for key, value in var.iam_role_additional_policies : key => value if var.create && var.create_iam_role }

  policy_arn = each.value
  role       = aws_iam_role.this[0].name
}

resource "aws_eks_addon" "this" {
  for_each = { for name, addon in var.cluster_addons : name => addon if var.create && !local.on_outpost && !try(addon.before_compute, false) }

  cluster_name             = aws_eks_cluster.this[0].id
  addon_name               = try(each.value.name, each.key)
  addon_version            = try(each.value.addon_version, data.aws_eks_addon_version.this[each.key].version)
  service_account_role_arn = try(each.value.service_account_role_arn, null)
}

resource "aws_eks_addon" "before_compute" {
  for_each = { for name, addon in var.cluster_addons : name => addon if var.create && !local.on_outpost && try(addon.before_compute, false) }

  cluster_name             = aws_eks_cluster.this[0].id
  addon_name               = try(each.value.name, each.key)
  addon_version            = try(each.value.addon_version, data.aws_eks_addon_version.this[each.key].version)
  service_account_role_arn = try(each.value.service_account_role_arn, null)
}

data "aws_eks_addon_version" "this" {
  for_each = { for key, value in var.cluster_addons : key => value if var.create && !local.on_outpost }

  addon_name = try(each.value.name, each.key)
}

module "eks_managed_node_group" {
  source   = "./modules/eks-managed-node-group"
  for_each = { for name, group in var.eks_managed_node_groups : name => group if var.create && !local.on_outpost }

  create                        = try(each.value.create, true)
  cluster_name                  = aws_eks_cluster.this[0].id
  name                          = try(each.value.name, each.key)
  subnet_ids                    = try(each.value.subnet_ids, var.eks_managed_node_group_defaults.subnet_ids, var.subnet_ids)
  min_size                      = try(each.value.min_size, var.eks_managed_node_group_defaults.min_size, 1)
  max_size                      = try(each.value.max_size, var.eks_managed_node_group_defaults.max_size, 3)
  desired_size                  = try(each.value.desired_size, var.eks_managed_node_group_defaults.desired_size, 1)
  capacity_type                 = try(each.value.capacity_type, var.eks_managed_node_group_defaults.capacity_type, null)
  instance_types                = try(each.value.instance_types, var.eks_managed_node_group_defaults.instance_types, null)
  ami_type                      = try(each.value.ami_type, var.eks_managed_node_group_defaults.ami_type, null)
  remote_access                 = try(each.value.remote_access, var.eks_managed_node_group_defaults.remote_access, {})
  create_launch_template        = try(each.value.create_launch_template, var.eks_managed_node_group_defaults.create_launch_template, true)
  use_custom_launch_template    = try(each.value.use_custom_launch_template, var.eks_managed_node_group_defaults.use_custom_launch_template, true)
  block_device_mappings         = try(each.value.block_device_mappings, var.eks_managed_node_group_defaults.block_device_mappings, {})
  metadata_options              = try(each.value.metadata_options, var.eks_managed_node_group_defaults.metadata_options, { http_endpoint = "enabled", http_put_response_hop_limit = 2, http_tokens = "required" })
  create_iam_role               = try(each.value.create_iam_role, var.eks_managed_node_group_defaults.create_iam_role, true)
  iam_role_arn                  = try(each.value.iam_role_arn, var.eks_managed_node_group_defaults.iam_role_arn, null)
  iam_role_name                 = try(each.value.iam_role_name, var.eks_managed_node_group_defaults.iam_role_name, null)
  iam_role_permissions_boundary = try(each.value.iam_role_permissions_boundary, var.eks_managed_node_group_defaults.iam_role_permissions_boundary, null)
  iam_role_additional_policies  = try(each.value.iam_role_additional_policies, var.eks_managed_node_group_defaults.iam_role_additional_policies, {})
  tags                          = merge(var.tags, try(each.value.tags, var.eks_managed_node_group_defaults.tags, {}))
}

module "self_managed_node_group" {
  source   = "./modules/self-managed-node-group"
  for_each = { for name, group in var.self_managed_node_groups : name => group if var.create }

  create                       = try(each.value.create, true)
  create_launch_template       = try(each.value.create_launch_template, var.self_managed_node_group_defaults.create_launch_template, true)
  block_device_mappings        = try(each.value.block_device_mappings, var.self_managed_node_group_defaults.block_device_mappings, {})
  metadata_options             = try(each.value.metadata_options, var.self_managed_node_group_defaults.metadata_options, { http_endpoint = "enabled", http_put_response_hop_limit = 2, http_tokens = "required" })
  iam_role_additional_policies = try(each.value.iam_role_additional_policies, var.self_managed_node_group_defaults.iam_role_additional_policies, {})
  tags                         = merge(var.tags, try(each.value.tags, var.self_managed_node_group_defaults.tags, {}))
}

output "cluster_arn" {
  value = try(aws_eks_cluster.this[0].arn, null)
}

output "cluster_certificate_authority_data" {
  value = try(aws_eks_cluster.this[0].certificate_authority[0].data, null)
}

output "cluster_endpoint" {
  value = try(aws_eks_cluster.this[0].endpoint, null)
}

output "cluster_name" {
  value = try(aws_eks_cluster.this[0].name, null)
}

output "cluster_version" {
  value = try(aws_eks_cluster.this[0].version, null)
}

output "cluster_oidc_issuer_url" {
  value = try(aws_eks_cluster.this[0].identity[0].oidc[0].issuer, null)
}

output "cluster_primary_security_group_id" {
  value = try(aws_eks_cluster.this[0].vpc_config[0].cluster_security_group_id, null)
}

output "cluster_security_group_id" {
  value = try(aws_security_group.cluster[0].id, null)
}

output "cluster_security_group_arn" {
  value = try(aws_security_group.cluster[0].arn, null)
}

output "node_security_group_id" {
  value = try(aws_security_group.node[0].id, null)
}

output "node_security_group_arn" {
  value = try(aws_security_group.node[0].arn, null)
}

output "oidc_provider" {
  value = try(replace(aws_eks_cluster.this[0].identity[0].oidc[0].issuer, "https://", ""), null)
}

output "oidc_provider_arn" {
  value = try(aws_iam_openid_connect_provider.oidc_provider[0].arn, null)
}

output "cluster_iam_role_name" {
  value = try(aws_iam_role.this[0].name, null)
}

output "cluster_iam_role_arn" {
  value = try(aws_iam_role.this[0].arn, null)
}

output "cloudwatch_log_group_name" {
  value = try(aws_cloudwatch_log_group.this[0].name, null)
}

output "cloudwatch_log_group_arn" {
  value = try(aws_cloudwatch_log_group.this[0].arn, null)
}

output "eks_managed_node_groups" {
  value = module.eks_managed_node_group
}

output "self_managed_node_groups" {
  value = module.self_managed_node_group
}

output "kms_key_arn" {
  value = module.kms.key_arn
}

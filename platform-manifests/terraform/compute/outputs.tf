output "cluster_name" {
  description = "The cluster."
  value       = aws_eks_cluster.main.name
}

output "oidc_provider_arn" {
  description = "Who signs the tokens of service accounts."
  value       = aws_iam_openid_connect_provider.cluster.arn
}

output "node_role_arn" {
  description = "The role of every node."
  value       = aws_iam_role.node.arn
}

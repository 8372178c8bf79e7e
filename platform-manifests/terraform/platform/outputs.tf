output "role_names" {
  description = "The role of each service, which its service account names."
  value       = { for service, role in aws_iam_role.service : service => role.name }
}

output "interruption_queue" {
  description = "Where Karpenter listens."
  value       = aws_sqs_queue.interruptions.name
}

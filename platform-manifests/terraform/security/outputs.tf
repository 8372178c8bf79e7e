output "key_arns" {
  description = "The keys by what they encrypt."
  value       = { for name, key in aws_kms_key.main : name => key.arn }
}

output "boundary_arn" {
  description = "The boundary of every role of a workload."
  value       = aws_iam_policy.boundary.arn
}

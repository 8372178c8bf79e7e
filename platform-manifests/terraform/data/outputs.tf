output "database_hosts" {
  description = "The names that services connect to."
  value       = { for name, database in aws_db_instance.main : name => database.address }
}

output "broker_urls" {
  description = "Both brokers, for failover URLs."
  value       = aws_mq_broker.main.instances[*].endpoints[0]
}

output "models_bucket" {
  description = "Where models are published."
  value       = aws_s3_bucket.models.bucket
}

output "repositories" {
  description = "The repository of each service."
  value       = { for name, repository in aws_ecr_repository.main : name => repository.name }
}

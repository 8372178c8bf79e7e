# Databases: what they leave behind, where they lie, who gets in.
resource "aws_rds_cluster" "main" { # finding: database-cluster-with-one-instance, database-without-logs, data-store-without-own-key
  engine                  = "aurora-postgresql"
  backup_retention_period = 35
  deletion_protection     = true
  storage_encrypted       = true
  skip_final_snapshot     = true # finding: database-deleted-without-snapshot
  db_subnet_group_name    = aws_db_subnet_group.main.name
  vpc_security_group_ids  = [aws_security_group.data.id]
}

resource "aws_rds_cluster_instance" "main" {
  cluster_identifier           = aws_rds_cluster.main.id
  performance_insights_enabled = true
}

resource "aws_db_instance" "main" { # finding: password-in-state
  multi_az                        = true
  backup_retention_period         = 35
  deletion_protection             = true
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.data.arn
  performance_insights_enabled    = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  db_subnet_group_name            = "default"            # finding: database-in-default-network
  parameter_group_name            = "default.postgres17" # finding: default-parameter-group
  password                        = random_password.main.result
}

resource "random_password" "main" {
  length = 32
}

resource "aws_kms_key" "data" {
  enable_key_rotation = true
}

resource "aws_subnet" "data" {
  for_each = toset(["eu-west-1a", "eu-west-1b"])

  availability_zone = each.key
}

resource "aws_db_subnet_group" "main" {
  subnet_ids = [for subnet in aws_subnet.data : subnet.id] # finding: data-subnet-with-a-way-out
}

resource "aws_route_table" "data" {
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.main.id
  }
}

resource "aws_nat_gateway" "main" { # finding: single-nat-gateway
  subnet_id = aws_subnet.data["eu-west-1a"].id
}

resource "aws_route_table_association" "data" {
  for_each = aws_subnet.data

  subnet_id      = each.value.id
  route_table_id = aws_route_table.data.id
}

resource "aws_security_group" "data" {
  name = "data"
}

resource "aws_vpc_security_group_egress_rule" "data" {
  security_group_id = aws_security_group.data.id
  cidr_ipv4         = "0.0.0.0/0" # finding: data-store-that-reaches-out
}

terraform {
  required_version = "~> 1.11"
  backend "s3" {
    bucket       = "state"
    key          = "modules.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

# What registry modules make, of which only contracts are here.
module "vpc" { # finding: network-without-flow-logs, cluster-subnet-without-role
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"

  azs                = ["eu-west-1a", "eu-west-1b"]
  private_subnets    = ["10.0.1.0/24", "10.0.2.0/24"]
  public_subnets     = ["10.0.3.0/24", "10.0.4.0/24"]
  enable_nat_gateway = true
  single_nat_gateway = true # finding: single-nat-gateway
}

module "wide" { # finding: network-without-flow-logs
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 6.0"

  azs                    = ["eu-west-1a", "eu-west-1b"]
  private_subnets        = ["10.1.1.0/24", "10.1.2.0/24"]
  enable_nat_gateway     = true
  one_nat_gateway_per_az = true
}

module "eks" { # finding: unencrypted-cluster-secrets, cluster-without-version, metadata-past-the-machine
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"

  cluster_name                    = "open"
  vpc_id                          = module.vpc.vpc_id
  subnet_ids                      = module.vpc.private_subnets
  cluster_endpoint_public_access  = true  # finding: public-cluster-endpoint
  cluster_endpoint_private_access = false # finding: cluster-without-private-endpoint
  cluster_encryption_config       = {}
  cluster_enabled_log_types       = [] # finding: cluster-without-audit-logs

  eks_managed_node_groups = {
    system = {
      desired_size  = 2
      capacity_type = "SPOT" # finding: system-nodes-on-spot
      metadata_options = {
        http_tokens = "optional" # finding: metadata-without-token
      }
    }
    quiet = {
      desired_size = 2
    }
  }
}

# The defaults of the module are what it needs; of its endpoint nothing is said but that it is closed.
module "quiet" { # finding: cluster-without-version
  source  = "terraform-aws-modules/eks/aws"
  version = "21.0.7"

  name       = "quiet"
  subnet_ids = module.vpc.private_subnets
}

module "off" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 19.13"

  create                         = false
  cluster_endpoint_public_access = true
}

# Names what the contract has not: nobody may say that it is wrong, nor that it is right.
module "unheard" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 17.1"

  cluster_endpoint_public_access = true
}

module "irsa" {
  source  = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  version = "~> 5.20"

  role_name = "exact"
  oidc_providers = {
    main = {
      provider_arn               = module.eks.oidc_provider_arn
      namespace_service_accounts = ["scoring:tx-scoring"]
    }
  }
}

module "like" { # finding: loose-service-account-trust
  source  = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts"
  version = "~> 6.0"

  trust_condition_test = "StringLike"
  oidc_providers = {
    main = {
      provider_arn               = module.eks.oidc_provider_arn
      namespace_service_accounts = ["scoring:*"]
    }
  }
}

module "database" { # finding: database-without-insights, database-without-logs, database-in-default-network
  source  = "terraform-aws-modules/rds/aws"
  version = "~> 6.0"

  engine                  = "postgres"
  multi_az                = false # finding: database-in-one-zone
  backup_retention_period = 1     # finding: database-with-short-backups
  deletion_protection     = true
  kms_key_id              = module.key.key_arn
}

module "key" {
  source  = "terraform-aws-modules/kms/aws"
  version = "~> 3.0"

  enable_key_rotation = false # finding: key-without-rotation
}

module "bucket" { # finding: bucket-without-access-block, bucket-open-to-plain-http, bucket-without-own-key # undecided: bucket-without-lifecycle
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "~> 4.0"

  block_public_acls = false
  versioning        = { enabled = true }
}

module "images" { # finding: unscanned-images
  source  = "terraform-aws-modules/ecr/aws"
  version = "~> 2.2"

  repository_image_tag_mutability = "MUTABLE" # finding: mutable-image-tags
  repository_image_scan_on_push   = false
}

module "group" {
  source  = "terraform-aws-modules/security-group/aws"
  version = "~> 5.0"

  name                = "web"
  ingress_cidr_blocks = ["0.0.0.0/0"] # finding: security-group-open-to-the-world
  ingress_rules       = ["https-443-tcp", "ssh-tcp"]
}

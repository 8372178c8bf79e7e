# terraform-aws-iam v5.52.0
variable "provider_arn" {}

module "it" {
  source  = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  version = "~> 5.20"

  role_name = "it"

  oidc_providers = {
    main = { provider_arn = var.provider_arn, namespace_service_accounts = ["a:b"] }
  }
}

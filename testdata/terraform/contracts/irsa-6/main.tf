# terraform-aws-iam v6.5.0
module "it" {
  source  = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts"
  version = "~> 6.0"

  name                 = "it"
  trust_condition_test = "StringLike"

  oidc_providers = {
    main = { provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/1", namespace_service_accounts = ["a:*"] }
  }
}

# terraform-aws-iam v5.52.0
module "it" {
  source  = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  version = "~> 5.20"

  role_name                  = "it"
  assume_role_condition_test = "StringLike"
  attach_ebs_csi_policy      = true

  role_policy_arns = {
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
  }

  oidc_providers = {
    main = { provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/1", namespace_service_accounts = ["a:*"] }
  }
}

oidc_issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0SFRAUD0000000000000000000000000"

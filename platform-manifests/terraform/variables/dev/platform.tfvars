oidc_issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0DFRAUD0000000000000000000000000"

oidc_issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0PFRAUD0000000000000000000000000"

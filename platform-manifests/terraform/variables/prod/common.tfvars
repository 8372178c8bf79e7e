account_id = "666677778888"
zones      = ["eu-west-1a", "eu-west-1b"]

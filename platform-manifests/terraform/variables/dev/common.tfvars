account_id = "444455556666"
zones      = ["eu-west-1a", "eu-west-1b"]

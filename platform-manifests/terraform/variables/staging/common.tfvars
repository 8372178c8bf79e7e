account_id = "555566667777"
zones      = ["eu-west-1a", "eu-west-1b"]

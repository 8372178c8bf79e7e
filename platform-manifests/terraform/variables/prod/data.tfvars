multi_az    = true
backup_days = 35

databases = {
  cases     = { instance_class = "db.r7g.xlarge", storage = 400 }
  decisions = { instance_class = "db.r7g.xlarge", storage = 400 }
  features  = { instance_class = "db.r7g.xlarge", storage = 400 }
  identity  = { instance_class = "db.r7g.xlarge", storage = 50 }
}

broker_class = "mq.m5.large"

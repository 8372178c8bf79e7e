multi_az    = true
backup_days = 7

databases = {
  cases     = { instance_class = "db.t4g.medium", storage = 50 }
  decisions = { instance_class = "db.t4g.medium", storage = 50 }
  features  = { instance_class = "db.t4g.medium", storage = 50 }
  identity  = { instance_class = "db.t4g.medium", storage = 50 }
}

broker_class = "mq.m5.large"

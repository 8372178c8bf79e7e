multi_az    = true
backup_days = 7

databases = {
  cases     = { instance_class = "db.m7g.large", storage = 100 }
  decisions = { instance_class = "db.m7g.large", storage = 100 }
  features  = { instance_class = "db.m7g.large", storage = 100 }
  identity  = { instance_class = "db.m7g.large", storage = 50 }
}

broker_class = "mq.m5.large"

name = "orders"
key  = "correct-horse-battery"

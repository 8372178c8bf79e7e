multi_az = true
password = "hunter2hunter2"

multi_az = false
password = "hunter2hunter2"

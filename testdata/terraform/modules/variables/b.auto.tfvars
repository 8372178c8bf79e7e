auto = ["b"]
last = "b"

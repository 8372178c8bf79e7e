last = "from -var-file"
plain = null

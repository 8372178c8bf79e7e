removed {
  from = terraform_data.it["a"]

  lifecycle {
    destroy = false
  }
}

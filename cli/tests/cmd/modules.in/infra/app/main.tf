terraform {
  required_version = "~> 1.11"

  backend "s3" {
    bucket       = "state"
    key          = "app.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { bucket = "state", key = "net.tfstate", region = "eu-west-1" }
}

resource "aws_eks_node_group" "main" {
  subnet_ids    = slice(data.terraform_remote_state.net.outputs.subnets, 0, 1)
  capacity_type = "ON_DEMAND"

  lifecycle {
    precondition {
      condition     = length(data.terraform_remote_state.net.outputs.zones) > 2
      error_message = "three zones are needed"
    }
  }
}

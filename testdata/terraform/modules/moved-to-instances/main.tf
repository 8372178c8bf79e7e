resource "terraform_data" "each" {
  for_each = toset(["q"])
}

resource "terraform_data" "counted" {
  count = 2
}

module "m" {
  source   = "./m"
  for_each = toset(["a"])
}

moved {
  from = terraform_data.each
  to   = terraform_data.each["q"]
}

moved {
  from = terraform_data.counted
  to   = terraform_data.counted[1]
}

moved {
  from = module.m
  to   = module.m["a"]
}

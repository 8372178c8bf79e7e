resource "aws_vpc" "main" { # finding: network-without-flow-logs, open-default-security-group
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" { # finding: subnets-in-one-zone
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true # finding: subnet-with-public-addresses
}

resource "aws_lb" "web" { # finding: load-balancer-without-logs, load-balancer-without-firewall, load-balancer-passes-broken-headers
  internal = false
}

resource "aws_lb_listener" "plain" {
  load_balancer_arn = aws_lb.web.arn
  protocol          = "HTTP" # finding: listener-without-tls

  default_action {
    type = "forward"
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.web.arn
  protocol          = "HTTP"

  default_action {
    type = "redirect"
  }
}

resource "aws_lb_listener" "old" { # finding: listener-with-old-tls
  load_balancer_arn = aws_lb.web.arn
  protocol          = "HTTPS"
}

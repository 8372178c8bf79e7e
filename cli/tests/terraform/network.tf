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

# What AWS takes where nobody says.
resource "aws_lb_listener" "unsaid" { # finding: listener-without-tls
  load_balancer_arn = aws_lb.web.arn
  port              = 80

  default_action {
    type = "forward"
  }
}

# One port, open to the world: right for a load balancer, and for nothing else.
resource "aws_lb" "inner" { # finding: load-balancer-without-logs, load-balancer-passes-broken-headers
  internal        = true
  security_groups = [aws_security_group.inner.id]
}

resource "aws_security_group" "inner" {
  name = "inner"
}

resource "aws_vpc_security_group_ingress_rule" "inner" {
  security_group_id = aws_security_group.inner.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_elasticache_replication_group" "sessions" { # finding: cache-in-one-zone, cache-without-tls, unencrypted-data-store
  security_group_ids = [aws_security_group.sessions.id]
}

resource "aws_security_group" "sessions" {
  name = "sessions"
}

resource "aws_vpc_security_group_ingress_rule" "sessions" {
  security_group_id = aws_security_group.sessions.id
  cidr_ipv4         = "0.0.0.0/0" # finding: web-port-without-load-balancer
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

kubernetes_version = "1.33"
system_nodes       = { instance_type = "m7g.large", per_zone = 1 }

# Whether a load balancer of a Service faces the internet.
package portcullis.prelude.entrances

annotations := object.get(input.resource, ["metadata", "annotations"], {})

service := object.get(input.resource, "spec", {})

scheme := object.get(annotations, "service.beta.kubernetes.io/aws-load-balancer-scheme", "")

is_internal if scheme == "internal"

is_internal if lower(object.get(annotations, "networking.gke.io/load-balancer-type", "")) == "internal"

is_internal if object.get(annotations, "service.beta.kubernetes.io/azure-load-balancer-internal", "") == "true"

# The old annotation of AWS: any text but these.
is_internal if {
	scheme == ""
	value := object.get(annotations, "service.beta.kubernetes.io/aws-load-balancer-internal", "")
	not value in {"", "false"}
}

# The controller of AWS makes internal ones by default, the one in Kubernetes public ones.
is_internal if {
	scheme == ""
	is_of_controller
	not "service.beta.kubernetes.io/aws-load-balancer-internal" in object.keys(annotations)
}

is_of_controller if object.get(annotations, "service.beta.kubernetes.io/aws-load-balancer-type", "") in {"external", "nlb-ip"}

is_of_controller if object.get(service, "loadBalancerClass", "") in {"eks.amazonaws.com/nlb", "service.k8s.aws/nlb"}

# Where it says what it is.
words := [key |
	some key in ["service.beta.kubernetes.io/aws-load-balancer-internal", "service.beta.kubernetes.io/aws-load-balancer-scheme"]
	key in object.keys(annotations)
]

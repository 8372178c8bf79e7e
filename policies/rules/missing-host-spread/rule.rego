# METADATA
# title: Pods that may all be on one node
# description: Several pods help nobody when all of them go with one node.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-linter:no-anti-affinity
#     - kube-score:deployment-has-host-podantiaffinity
#     - kube-score:statefulset-has-host-podantiaffinity
#     - kyverno:create-pod-antiaffinity
#   checklists: [spot]
#   scope: platform
#   target: pod
#   facts: [zones]
package portcullis.rules.missing_host_spread

import data.portcullis.prelude.selectors
import data.portcullis.prelude.workloads
import data.portcullis.prelude.workloads.all as all_workloads
import data.portcullis.prelude.zones.key as zone
import data.portcullis.prelude.zones.number as zone_count

findings contains {"resource": workload.id, "at": at, "message": message} if {
	some workload in all_workloads
	pods := workloads.fewest(workload).pods
	pods > 1
	not apart(workload.pod, workload.namespace, pods)
	at := array.concat(workload.pod.at, ["affinity", "podAntiAffinity"])
	message := sprintf("pods of %s %s may share a node: neither anti-affinity nor a spread over nodes", [workload.kind, workload.name])
}

host := "kubernetes.io/hostname"

apart(pod, namespace, _) if {
	some term in wishes(pod)
	term.topologyKey == host
	selectors.matches(object.get(term, "labelSelector", null), pod.labels)
	selectors.concerns(term, namespace)
}

# In zones of their own they are on nodes of their own.
apart(pod, namespace, _) if {
	some term in object.get(pod.spec, required, [])
	term.topologyKey == zone
	selectors.matches(object.get(term, "labelSelector", null), pod.labels)
	selectors.concerns(term, namespace)
}

apart(pod, _, _) if {
	some constraint in pod.spec.topologySpreadConstraints
	constraint.topologyKey == host
	selectors.matches(object.get(constraint, "labelSelector", null), pod.labels)
}

apart(pod, _, pods) if {
	pods <= zone_count
	some constraint in pod.spec.topologySpreadConstraints
	constraint.topologyKey == zone
	constraint.whenUnsatisfiable == "DoNotSchedule"
	constraint.maxSkew == 1
	selectors.matches(object.get(constraint, "labelSelector", null), pod.labels)
}

# A port of the node can be had once.
apart(pod, _, _) if {
	some c in pod.containers
	some port in c.container.ports
	port.hostPort > 0
}

required := ["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]

preferred := ["affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution"]

wishes(pod) := array.concat(
	object.get(pod.spec, required, []),
	[wish.podAffinityTerm | some wish in object.get(pod.spec, preferred, [])],
)

# METADATA
# title: NodePool without its node class
# description: A pool whose node class does not exist makes no nodes at all.
# custom:
#   severity: error
#   group: placement
#   scope: platform
#   target: [NodePool]
#   joins: [EC2NodeClass, NodePool]
package portcullis.rules.dangling_node_class

classes := [class | some class in input.platform.kinds.EC2NodeClass; class.group == "karpenter.k8s.aws"]

findings contains {"resource": pool.id, "at": array.concat(at, ["name"]), "others": others, "message": message} if {
	some pool in input.platform.kinds.NodePool
	at := ["spec", "template", "spec", "nodeClassRef"]
	named := object.get(pool.resource, at, {})
	object.get(named, "kind", "EC2NodeClass") == "EC2NodeClass"
	beside := [class | some class in classes; class.application == pool.application]
	count(beside) > 0
	same := [class | some class in classes; class.name == named.name]
	count(same) == 0
	others := [{"resource": class.id, "at": ["metadata", "name"]} | some class in beside]
	message := sprintf("nothing in sight makes EC2NodeClass %s", [named.name])
}

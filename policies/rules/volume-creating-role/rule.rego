# METADATA
# title: Role that creates PersistentVolumes
# description: A PersistentVolume may be any path of a node, so that who creates one passes by what keeps pods off hostPath.
# custom:
#   severity: warning
#   group: access
#   "off": Every storage driver creates volumes; it is for clusters in which only those may.
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io]
package portcullis.rules.volume_creating_role

import data.portcullis.prelude.rbac

findings contains {"at": grant.at, "message": grant.message} if {
	some grant in rbac.grants("", {"persistentvolumes"}, {"create"})
}

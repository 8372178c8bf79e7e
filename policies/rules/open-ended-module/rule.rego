# METADATA
# title: Module without an upper bound
# description: The next major version comes with the next `init`, and no lock file holds it.
# custom:
#   severity: warning
#   group: platform
#   like:
#     - checkov:CKV_TF_2
#     - tflint:terraform_module_version
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.open_ended_module

import data.portcullis.prelude.terraform

findings contains {"at": ["calls", address, "version"], "message": message} if {
	some address, call in input.resource.calls
	version := object.get(call, "version", null)
	is_open(version)
	message := sprintf("%s is taken in %v", [address, version])
}

# Neither a version, nor `~>`, nor one to stay below.
is_open(version) if {
	is_string(version)
	version != ""
	count([1 | some part in split(version, ","); regex.match(`^\s*(~>|<=?|=)?\s*[0-9]`, part)]) == 0
}

is_open(version) if terraform.is_unknown(version)

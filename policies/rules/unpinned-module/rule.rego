# METADATA
# title: Module in any version
# description: The next init may bring other resources than the ones that were reviewed.
# custom:
#   severity: error
#   group: platform
#   like:
#     - checkov:CKV_TF_1
#     - checkov:CKV_TF_2
#     - tflint:terraform_module_pinned_source
#     - tflint:terraform_module_version
#   scope: resource
#   target: [terraform_root.terraform]
package portcullis.rules.unpinned_module

findings contains {"at": ["calls", address, "source"], "message": message} if {
	some address, call in input.resource.calls
	is_of_registry(call.source)
	object.get(call, "version", null) == null
	message := sprintf("%s is taken in any version", [address])
}

findings contains {"at": ["calls", address, "source"], "message": message} if {
	some address, call in input.resource.calls
	is_of_git(call.source)
	not has_ref(call.source)
	message := sprintf("%s is taken from wherever its branch is", [address])
}

has_ref(source) if regex.match(`[?&]ref=[^&]+`, source)

is_of_git(source) if startswith(source, "git::")

is_of_git(source) if startswith(source, "git@")

is_of_git(source) if regex.match(`^(github|bitbucket)[.](com|org)/`, source)

# NAMESPACE/NAME/PROVIDER, with or without a host before it.
is_of_registry(source) if {
	regex.match(`^([a-z0-9.-]+[.][a-z]+/)?[A-Za-z0-9_-]+/[A-Za-z0-9_-]+/[a-z0-9]+(//.*)?$`, source)
	not is_of_git(source)
}

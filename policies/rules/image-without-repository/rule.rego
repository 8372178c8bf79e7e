# METADATA
# title: Image of a repository that nothing makes
# description: Nothing can be pushed to a repository that does not exist, so that no node can pull the image.
# custom:
#   severity: error
#   group: images
#   scope: platform
#   target: pod
#   joins: [aws_ecr_repository.terraform, aws_ecr_pull_through_cache_rule.terraform, aws_ecr_repository_creation_template.terraform, terraform_root.terraform]
#   facts: [registries]
package portcullis.rules.image_without_repository

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.infrastructure.hidden
import data.portcullis.prelude.terraform
import data.portcullis.prelude.texts

host := `^([0-9]{12})\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?/([^:@]+)`

findings contains {"resource": image.holder, "at": image.at, "others": [{"resource": nearest(image.name), "at": ["values", "name"]}], "message": message} if {
	some image in lacking
	count(doubts(image.name)) == 0
	message := sprintf("nothing in sight makes ECR repository %s", [image.name])
}

findings contains {"resource": doubt.resource, "at": doubt.at, "message": message} if {
	some image in lacking
	some doubt in doubts(image.name)
	message := sprintf("nobody knows whether ECR repository %s is made", [image.name])
}

repositories := infrastructure.made("aws_ecr_repository")

names := {name | some one in repositories; name := infrastructure.value(one, "name"); is_string(name)}

# The images of registries of ours whose names begin as those of repositories that are made, and that none of these has.
lacking := [{"holder": holder.id, "at": array.concat(c.at, ["image", "repository"]), "name": name} |
	count(repositories) > 0
	some holder in input.platform.resources
	holder.pod
	infrastructure.is_own(holder)
	some c in holder.pod.containers
	is_string(c.container.image)
	some found in regex.find_all_string_submatch_n(host, c.container.image, 1)
	is_ours(found[1], found[3])
	name := found[5]
	is_kin(name)
	not name in names
	not comes_by_itself(name)
]

is_ours(_, _) if count(input.params.registries) == 0

is_ours(account, region) if {
	some registry in input.params.registries
	registry.account == account
	registry.region == region
}

is_kin(name) if {
	some other in names
	first(other) == first(name)
}

# What stands before the first slash; nothing where there is none.
first(name) := split(name, "/")[0] if contains(name, "/")

else := ""

# Caches and templates make repositories as they are asked for.
comes_by_itself(name) if {
	some maker in [["aws_ecr_pull_through_cache_rule", "ecr_repository_prefix"], ["aws_ecr_repository_creation_template", "prefix"]]
	some one in infrastructure.made(maker[0])
	prefix := infrastructure.value(one, maker[1])
	is_under(name, prefix)
}

is_under(_, prefix) if prefix == "ROOT"

is_under(name, prefix) if startswith(name, concat("", [prefix, "/"]))

is_under(_, prefix) if terraform.is_unknown(prefix)

doubts(name) := array.concat(hidden, [{"resource": one.id, "at": ["values", "name"]} |
	some one in repositories
	texts.may_read(infrastructure.value(one, "name"), name)
])

nearest(name) := found[0] if {
	kin := [one.id | some one in repositories; first(object.get(one.resource, ["values", "name"], "")) == first(name)]
	found := array.concat(kin, [one.id | some one in repositories])
}

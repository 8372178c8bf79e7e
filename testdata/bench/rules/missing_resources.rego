package missing_resources

import data.lib.pods

violation contains {"msg": message} if {
	some container in pods.containers
	some need in [["requests", "cpu"], ["requests", "memory"], ["limits", "memory"]]
	not met(container, need)
	message := sprintf("container %s has no %s in its %s", [container.name, need[1], need[0]])
}

met(container, need) if container.resources[need[0]][need[1]]

# A limit without a request is also the request.
met(container, need) if container.resources.limits[need[1]]

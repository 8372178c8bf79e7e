package missing_pre_stop

import data.lib.pods

violation contains {"msg": message} if {
	some container in pods.lasting
	serves(container)
	not container.lifecycle.preStop
	message := sprintf("container %s has no preStop hook", [container.name])
}

serves(container) if count(container.ports) > 0

serves(container) if container.readinessProbe

# METADATA
# title: Experiment that leaves no record
# description: Nobody can show afterwards what was done, and when.
# custom:
#   severity: warning
#   group: platform
#   scope: resource
#   target: [aws_fis_experiment_template.terraform]
package portcullis.rules.experiment_without_log

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "log_configuration"], "message": message} if {
	terraform.may_be(object.get(values, "log_configuration", []), {[]})
	message := sprintf("%s leaves no record: it has no log_configuration", [address])
}

# Puts the rules together for `opa run --server`, which answers a POST of a review to `/` with `main`.
package system

main := {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}

messages contains violation.msg if some violation in data.foreign_registry.violation

messages contains violation.msg if some violation in data.missing_resources.violation

messages contains violation.msg if some violation in data.missing_pre_stop.violation

messages contains violation.msg if some violation in data.missing_zone_spread.violation

response := {"uid": input.request.uid, "allowed": true} if count(messages) == 0

response := {"uid": input.request.uid, "allowed": false, "status": {"code": 403, "message": concat("; ", messages)}} if count(messages) > 0

# METADATA
# title: Chart of any version that fits
# description: A range lets a chart's author deploy to production, at a moment that nobody chose.
# custom:
#   severity: error
#   group: delivery
#   scope: resource
#   target: [Application.argoproj.io, ApplicationSet.argoproj.io]
package portcullis.rules.chart_version_range

import data.portcullis.prelude.argo.sources

findings contains {"at": array.concat(one.at, ["targetRevision"]), "message": message} if {
	some one in sources
	chart := object.get(one.source, "chart", "")
	chart != ""
	version := sprintf("%v", [object.get(one.source, "targetRevision", "")])
	not is_version(version)
	shown := object.get({"": "not said"}, version, version)
	message := sprintf("version of chart %s is %s, not one version", [chart, shown])
}

# In full, or by digest; what the element of an ApplicationSet says is not known here.
is_version(text) if regex.match(`^(v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?|sha256:[0-9a-f]{64})$`, text)

is_version(text) if contains(text, "{{")

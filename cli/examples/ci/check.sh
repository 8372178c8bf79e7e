#!/bin/sh
# Any CI: what a branch changes against the branch that it is to be merged into, or everything where that is checked out itself.
#
#   check.sh [TARGET]      default: origin/main
#
# Leaves portcullis.html for readers, portcullis.json for programs and portcullis.junit.xml for the CI's own view in $REPORTS (default: .), and
# ends with portcullis' exit code: 0 clean, 1 findings, 2 usage or configuration, 3 something could not be rendered, 4 internal error.
set -eu

target=${1:-origin/main}
reports=${REPORTS:-.}
mkdir -p "$reports"
set -- --format human --output - --format html --output "$reports/portcullis.html" \
	--format json --output "$reports/portcullis.json" --format junit --output "$reports/portcullis.junit.xml"

if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
	git fetch --quiet --unshallow
fi
if [ "$(git rev-parse HEAD)" = "$(git rev-parse "$target^{commit}")" ]; then
	exec portcullis lint "$@"
fi
exec portcullis diff --base "$target" --head HEAD "$@"

package main

import "runtime/debug"

// version names Gatekeeper as it was built in.
func version() string {
	information, _ := debug.ReadBuildInfo()
	for _, module := range information.Deps {
		if module.Path == "github.com/open-policy-agent/gatekeeper/v3" {
			return "gatekeeper " + module.Version
		}
	}
	return "gatekeeper"
}

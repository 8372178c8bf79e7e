// Command stub-provider stands for any provider of Terraform: it knows schemas and nothing else. It plans what a configuration sets, leaves unknown
// what only the provider sets, and calls nobody. Its own name says which provider it is (terraform-provider-NAME), STUB_SCHEMAS is the folder
// with NAME.json, as the script mine writes it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

var named = regexp.MustCompile(`^terraform-provider-([a-z0-9-]+)`)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "stub-provider:", err)
		os.Exit(1)
	}
}

func run() error {
	found := named.FindStringSubmatch(filepath.Base(os.Args[0]))
	if found == nil {
		return fmt.Errorf("%s is no name of a provider", os.Args[0])
	}
	schema, err := readSchema(filepath.Join(os.Getenv("STUB_SCHEMAS"), found[1]+".json"))
	if err != nil {
		return err
	}
	return tf5server.Serve("registry.terraform.io/hashicorp/"+found[1], func() tfprotov5.ProviderServer {
		return &provider{name: found[1], schema: schema}
	})
}

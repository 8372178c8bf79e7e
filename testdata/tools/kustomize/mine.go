// Mines what kustomize knows of Kubernetes out of the modules that go.mod pins: merge keys and strategies of lists, which kinds have no
// namespace, and which fields its transformers and name references look at.
//
//	go run . FOLDER    writes FOLDER/{merging,scopes,fields}.txt
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/yaml"
)

const (
	strategyKey = "x-kubernetes-patch-strategy"
	mergeKey    = "x-kubernetes-patch-merge-key"
	mapKeys     = "x-kubernetes-list-map-keys"
	kindKey     = "x-kubernetes-group-version-kind"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: mine FOLDER")
	}
	write("merging.txt", merging())
	write("scopes.txt", scopes())
	write("fields.txt", fields())
}

func write(name, text string) {
	if err := os.WriteFile(filepath.Join(os.Args[1], name), []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

// The definitions from which a list with a strategy can be reached, and their fields that lead to one.
func merging() string {
	definitions := openapi.Schema().Definitions
	var names []string
	for name := range definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	useful := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, name := range names {
			if useful[name] {
				continue
			}
			for _, field := range definitions[name].Properties {
				if _, line := describe(field, useful); line != "" {
					useful[name], changed = true, true
				}
			}
		}
	}
	var text strings.Builder
	for _, name := range names {
		if !useful[name] {
			continue
		}
		definition := definitions[name]
		fmt.Fprintf(&text, "type %s\n", name)
		kinds, _ := definition.Extensions[kindKey].([]interface{})
		for _, kind := range kinds {
			of := kind.(map[string]interface{})
			group, version := of["group"].(string), of["version"].(string)
			if group != "" {
				group += "/"
			}
			fmt.Fprintf(&text, "kind %s%s %s\n", group, version, of["kind"])
		}
		var fields []string
		for field := range definition.Properties {
			fields = append(fields, field)
		}
		sort.Strings(fields)
		for _, field := range fields {
			if _, line := describe(definition.Properties[field], useful); line != "" {
				fmt.Fprintf(&text, "%s %s\n", field, line)
			}
		}
	}
	return text.String()
}

// What a field is: `map`, `list` or `one`, its definition (`-` for none), the strategy and the keys. Nothing where no list can be reached.
func describe(field spec.Schema, useful map[string]bool) (string, string) {
	name := func(of spec.Schema) string {
		reference := of.Ref.String()
		if at := strings.LastIndex(reference, "/"); at >= 0 && useful[reference[at+1:]] {
			return reference[at+1:]
		}
		return "-"
	}
	shape, of := "one", name(field)
	switch {
	case field.Items != nil && field.Items.Schema != nil:
		shape, of = "list", name(*field.Items.Schema)
	case field.AdditionalProperties != nil && field.AdditionalProperties.Schema != nil:
		shape, of = "map", name(*field.AdditionalProperties.Schema)
	}
	strategy, _ := field.Extensions[strategyKey].(string)
	if of == "-" && (strategy == "" || shape != "list") {
		return "", ""
	}
	line := shape + " " + of
	if strategy != "" && shape == "list" {
		var keys []string
		if list, ok := field.Extensions[mapKeys].([]interface{}); ok {
			for _, key := range list {
				keys = append(keys, key.(string))
			}
		} else if key, ok := field.Extensions[mergeKey].(string); ok {
			keys = append(keys, key)
		}
		line += strings.TrimRight(" "+strategy+" "+strings.Join(keys, ","), " ")
	}
	return of, line
}

func module(path string) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		log.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func read(parts ...string) string {
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		log.Fatal(err)
	}
	return string(text)
}

// The kinds that have no namespace.
func scopes() string {
	source := read(module("sigs.k8s.io/kustomize/kyaml"), "openapi", "openapi.go")
	var lines []string
	for _, found := range regexp.MustCompile(`\{APIVersion: "([^"]*)", Kind: "([^"]*)"\}:\s*false`).FindAllStringSubmatch(source, -1) {
		lines = append(lines, found[1]+" "+found[2])
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n") + "\n"
}

type field struct {
	Group, Version, Kind, Path string
	Create                     bool
}

func (f field) line() string {
	none := func(text string) string {
		if text == "" {
			return "-"
		}
		return text
	}
	create := "keep"
	if f.Create {
		create = "create"
	}
	return fmt.Sprintf("%s %s %s %s %s\n", none(f.Group), none(f.Version), none(f.Kind), create, f.Path)
}

// The fields of transformers, in the order of their definition.
func fields() string {
	folder := filepath.Join(module("sigs.k8s.io/kustomize/api"), "internal", "konfig", "builtinpluginconsts")
	constants := map[string]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		log.Fatal("no constants: ", err)
	}
	constant := regexp.MustCompile("(?s)(\\w+FieldSpecs) = `([^`]*)`(?: \\+ (\\w+))?")
	rest := map[string]string{}
	for _, file := range files {
		for _, found := range constant.FindAllStringSubmatch(read(file), -1) {
			constants[found[1]], rest[found[1]] = found[2], found[3]
		}
	}
	var names []string
	for name := range constants {
		names = append(names, name)
	}
	sort.Strings(names)
	var text bytes.Buffer
	for _, name := range names {
		if name == "metadataLabelsFieldSpecs" {
			continue
		}
		var parsed map[string][]struct {
			field
			FieldSpecs []field `json:"fieldSpecs"`
		}
		if err := yaml.Unmarshal([]byte(constants[name]+constants[rest[name]]), &parsed); err != nil {
			log.Fatal(name, ": ", err)
		}
		for section, entries := range parsed {
			fmt.Fprintf(&text, "section %s\n", section)
			for _, entry := range entries {
				if section != "nameReference" {
					text.WriteString(entry.line())
					continue
				}
				entry.field.Path = "."
				text.WriteString("to " + entry.field.line())
				for _, referrer := range entry.FieldSpecs {
					text.WriteString(referrer.line())
				}
			}
		}
	}
	return text.String()
}

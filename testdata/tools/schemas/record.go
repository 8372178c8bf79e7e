package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// recorder gathers what the schema checker has compiled in: each definition once for all versions that have it alike.
type recorder struct {
	versions    []string
	definitions map[string]map[string][]string // name, schema, minors
	kinds       map[string]map[string][]string // apiVersion and kind, definition and scope, minors
	lifecycles  map[string]lifecycle
}

type lifecycle struct{ introduced, deprecated, removed, replacement string }

// record reads a list of modules and writes kubernetes.txt and lifecycle.txt.
func record(list, output string) error {
	file, err := os.Open(list)
	if err != nil {
		return err
	}
	defer file.Close()
	r := recorder{definitions: map[string]map[string][]string{}, kinds: map[string]map[string][]string{}, lifecycles: map[string]lifecycle{}}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) != 4 {
			return fmt.Errorf("%s: want four words, found %q", list, lines.Text())
		}
		module, err := download(words[0]+"@"+words[1], words[2])
		if err != nil {
			return err
		}
		switch words[3] {
		case "openapi":
			err = r.openapi(module, strings.TrimPrefix(words[1], "v"))
		case "lifecycle":
			err = r.lifecycle(module)
		default:
			err = fmt.Errorf("unknown kind of source %q", words[3])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", words[0], err)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return r.write(output)
}

func (r *recorder) openapi(module, version string) error {
	text, err := os.ReadFile(filepath.Join(module, "api/openapi-spec/swagger.json"))
	if err != nil {
		return err
	}
	var document struct {
		Definitions map[string]map[string]any             `json:"definitions"`
		Paths       map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	r.versions = append(r.versions, version)
	minor := strings.Split(version, ".")[1]
	if err := addEnums(document.Definitions, filepath.Join(module, "pkg/generated/openapi/zz_generated.openapi.go")); err != nil {
		return err
	}
	made := map[string]string{}
	for path, methods := range document.Paths {
		var post struct {
			Action string                                `json:"x-kubernetes-action"`
			Kind   struct{ Group, Version, Kind string } `json:"x-kubernetes-group-version-kind"`
		}
		if methods["post"] == nil {
			continue
		}
		if err := json.Unmarshal(methods["post"], &post); err != nil {
			return err
		}
		// What stands below an object, as its bindings and evictions do, is no object of a manifest.
		if post.Action == "post" && !strings.Contains(path, "{name}") {
			scope := "cluster"
			if strings.Contains(path, "{namespace}") {
				scope = "namespaced"
			}
			key := joined(post.Kind.Group, post.Kind.Version) + " " + post.Kind.Kind
			if made[key] != "namespaced" {
				made[key] = scope
			}
		}
	}
	for name, definition := range document.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		if len(kinds) == 1 {
			kind := kinds[0].(map[string]any)
			key := joined(kind["group"].(string), kind["version"].(string)) + " " + kind["kind"].(string)
			if scope := made[key]; scope != "" {
				add(r.kinds, key, name+"\t"+scope, minor)
			}
		}
		schema, err := json.Marshal(bare(definition))
		if err != nil {
			return err
		}
		add(r.definitions, name, string(schema), minor)
	}
	return nil
}

func joined(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}

func add(all map[string]map[string][]string, key, value, minor string) {
	if all[key] == nil {
		all[key] = map[string][]string{}
	}
	all[key][value] = append(all[key][value], minor)
}

// bare leaves out of a schema what says nothing of which objects are taken.
func bare(schema map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range schema {
		switch key {
		case "type", "format", "enum", "required", "x-kubernetes-list-type", "x-kubernetes-list-map-keys":
			out[key] = value
		case "$ref":
			out[key] = strings.TrimPrefix(value.(string), definitionPrefix)
		case "items", "additionalProperties":
			if inner, ok := value.(map[string]any); ok {
				value = bare(inner)
			}
			out[key] = value
		case "properties":
			properties := map[string]any{}
			for name, property := range value.(map[string]any) {
				properties[name] = bare(property.(map[string]any))
			}
			out[key] = properties
		}
	}
	return out
}

var (
	function = regexp.MustCompile(`^func schema_(?:k8sio_)?(\w+)\(ref `)
	property = regexp.MustCompile(`^\t{5}"([^"]+)": \{$`)
	enum     = regexp.MustCompile(`^(\t+)Enum:\s+\[\]interface\{\}\{(.*)\},$`)
	inner    = regexp.MustCompile(`^\t+(Items|AdditionalProperties): `)
)

// addEnums adds the values of enumerations: API servers serve them, and have them from this file, but the document of the module goes without.
func addEnums(definitions map[string]map[string]any, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	names := map[string]string{}
	for name := range definitions {
		flat := strings.NewReplacer(".", "_", "-", "_").Replace(strings.TrimPrefix(name, "io.k8s."))
		names[flat] = name
		// Outside of k8s.io/api the functions leave the module out of their names.
		if _, tail, found := strings.Cut(flat, "_pkg_"); found {
			names["pkg_"+tail] = name
		}
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	var definition, field string
	var within []string
	for lines.Scan() {
		line := lines.Text()
		if match := function.FindStringSubmatch(line); match != nil {
			definition, field = match[1], ""
		} else if match := property.FindStringSubmatch(line); match != nil {
			field, within = match[1], nil
		} else if match := inner.FindStringSubmatch(line); match != nil {
			within = append(within, map[string]string{"Items": "items", "AdditionalProperties": "additionalProperties"}[match[1]])
		} else if match := enum.FindStringSubmatch(line); match != nil {
			var values []any
			if err := json.Unmarshal([]byte("["+match[2]+"]"), &values); err != nil {
				return err
			}
			// Types that no document has are those of lists and options.
			schema, known := definitions[names[definition]]
			if !known {
				continue
			}
			properties, _ := schema["properties"].(map[string]any)
			place, _ := properties[field].(map[string]any)
			for _, step := range within {
				place, _ = place[step].(map[string]any)
			}
			if place == nil {
				return fmt.Errorf("%s: %s has an enumeration at %s, which its schema has not", path, definition, field)
			}
			place["enum"] = values
		}
	}
	return lines.Err()
}

var (
	group  = regexp.MustCompile(`(?m)^const GroupName = "([^"]*)"`)
	method = regexp.MustCompile(`func \(in \*(\w+)\) APILifecycle(Introduced|Deprecated|Removed)\(\) \(major, minor int\) \{\n\treturn (\d+), (\d+)\n`)
	moved  = regexp.MustCompile(`func \(in \*(\w+)\) APILifecycleReplacement\(\) schema.GroupVersionKind \{\n\treturn schema.GroupVersionKind\{Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"\}`)
)

func (r *recorder) lifecycle(module string) error {
	return filepath.WalkDir(module, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.Name() != "zz_generated.prerelease-lifecycle.go" {
			return err
		}
		folder := filepath.Dir(path)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		register, err := os.ReadFile(filepath.Join(folder, "register.go"))
		if err != nil {
			return err
		}
		name := group.FindSubmatch(register)
		if name == nil {
			return fmt.Errorf("%s has no GroupName", folder)
		}
		prefix := joined(string(name[1]), filepath.Base(folder)) + " "
		found := map[string]lifecycle{}
		for _, match := range method.FindAllStringSubmatch(string(text), -1) {
			one, version := found[match[1]], match[3]+"."+match[4]
			switch match[2] {
			case "Introduced":
				one.introduced = version
			case "Deprecated":
				one.deprecated = version
			case "Removed":
				one.removed = version
			}
			found[match[1]] = one
		}
		for _, match := range moved.FindAllStringSubmatch(string(text), -1) {
			one := found[match[1]]
			one.replacement = joined(match[2], match[3]) + " " + match[4]
			found[match[1]] = one
		}
		for kind, one := range found {
			if one.deprecated != "" && !strings.HasSuffix(kind, "List") && !strings.HasSuffix(kind, "Options") {
				r.lifecycles[prefix+kind] = one
			}
		}
		return nil
	})
}

func (r *recorder) write(output string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "versions\t%s\n", strings.Join(r.versions, "\t"))
	for _, table := range []struct {
		word string
		rows map[string]map[string][]string
	}{{"kind", r.kinds}, {"definition", r.definitions}} {
		for _, key := range sorted(table.rows) {
			for _, value := range sorted(table.rows[key]) {
				fmt.Fprintf(&text, "%s\t%s\t%s\t%s\n", table.word, key, strings.Join(table.rows[key][value], ","), value)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(output, "kubernetes.txt"), []byte(text.String()), 0o644); err != nil {
		return err
	}
	text.Reset()
	for _, key := range sorted(r.lifecycles) {
		one := r.lifecycles[key]
		fmt.Fprintf(&text, "%s\t%s\t%s\t%s\t%s\n", key, one.introduced, one.deprecated, one.removed, one.replacement)
	}
	return os.WriteFile(filepath.Join(output, "lifecycle.txt"), []byte(text.String()), 0o644)
}

func sorted[T any](all map[string]T) []string {
	keys := make([]string, 0, len(all))
	for key := range all {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

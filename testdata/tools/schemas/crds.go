package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

type definition struct {
	Kind string `json:"kind"`
	Spec struct {
		Group string `json:"group"`
		Names struct {
			Kind string `json:"kind"`
		} `json:"names"`
		Versions []struct {
			Name   string `json:"name"`
			Served bool   `json:"served"`
			Schema struct {
				OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
			} `json:"schema"`
		} `json:"versions"`
	} `json:"spec"`
}

var separator = regexp.MustCompile(`(?m)^---[ \t]*$`)

// fromCRDs writes one schema for each served version of the CustomResourceDefinitions in a folder, and the definitions.
func fromCRDs(folder, output, definitions string) error {
	if err := os.MkdirAll(definitions, 0o755); err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, document := range separator.Split(string(text), -1) {
			if err := fromCRD(document, output, definitions); err != nil {
				return err
			}
		}
	}
	return nil
}

func fromCRD(document, output, definitions string) error {
	if strings.TrimSpace(document) == "" {
		return nil
	}
	var crd definition
	if err := yaml.Unmarshal([]byte(document), &crd); err != nil {
		return err
	}
	if crd.Kind != "CustomResourceDefinition" {
		return nil
	}
	for _, version := range crd.Spec.Versions {
		if !version.Served {
			continue
		}
		schema := strictly(version.Schema.OpenAPIV3Schema).(map[string]any)
		if err := write(output, crd.Spec.Group, version.Name, crd.Spec.Names.Kind, schema); err != nil {
			return err
		}
	}
	name := crd.Spec.Group + "_" + crd.Spec.Names.Kind + ".yaml"
	return os.WriteFile(filepath.Join(definitions, name), []byte(document), 0o644)
}

// strictly forbids unknown fields in every object that lists its own, unless it is to keep them.
func strictly(value any) any {
	switch value := value.(type) {
	case []any:
		for i, inner := range value {
			value[i] = strictly(inner)
		}
	case map[string]any:
		// Formats are Kubernetes' own, and JSON Schema's mean other things.
		if _, isText := value["format"].(string); isText {
			delete(value, "format")
		}
		nullable, _ := value["nullable"].(bool)
		for key, inner := range value {
			if !strings.HasPrefix(key, "x-kubernetes-") && key != "default" && key != "enum" {
				value[key] = strictly(inner)
			}
		}
		_, lists := value["properties"].(map[string]any)
		_, open := value["additionalProperties"]
		keeps, _ := value["x-kubernetes-preserve-unknown-fields"].(bool)
		if value["type"] == "object" && lists && !open && !keeps {
			value["additionalProperties"] = false
		}
		if kind, isText := value["type"].(string); nullable && isText {
			value["type"] = []any{kind, "null"}
		}
		if mixed, _ := value["x-kubernetes-int-or-string"].(bool); mixed && value["anyOf"] == nil {
			value["anyOf"] = []any{map[string]any{"type": "integer"}, map[string]any{"type": "string"}}
		}
	}
	return value
}

package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
)

const definitionPrefix = "#/definitions/"

// fromOpenAPI writes one schema for each kind of a Kubernetes OpenAPI 2 document, with the definitions that it needs.
func fromOpenAPI(path, output string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var document struct {
		Definitions map[string]map[string]any `json:"definitions"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	strict := map[string]map[string]any{}
	for name, definition := range document.Definitions {
		strict[name] = convertOpenAPI(definition)
	}
	for name, definition := range document.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		// A definition that many groups share (DeleteOptions, WatchEvent) is no kind that a manifest holds.
		if len(kinds) != 1 {
			continue
		}
		kind, _ := kinds[0].(map[string]any)
		schema := map[string]any{"$ref": definitionPrefix + name, "definitions": reachable(strict, name)}
		if err := write(output, kind["group"].(string), kind["version"].(string), kind["kind"].(string), schema); err != nil {
			return err
		}
	}
	return nil
}

// reachable is a definition and everything that it refers to.
func reachable(definitions map[string]map[string]any, name string) map[string]any {
	found := map[string]any{}
	var visit func(value any)
	enter := func(name string) {
		if _, known := found[name]; !known {
			found[name] = definitions[name]
			visit(definitions[name])
		}
	}
	visit = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			if target, ok := value["$ref"].(string); ok {
				enter(strings.TrimPrefix(target, definitionPrefix))
			}
			for _, inner := range value {
				visit(inner)
			}
		case []any:
			for _, inner := range value {
				visit(inner)
			}
		}
	}
	enter(name)
	return found
}

// convertOpenAPI makes a JSON Schema of an OpenAPI 2 one: no unknown fields, and null where a field may be left out, as the API server has it.
func convertOpenAPI(schema map[string]any) map[string]any {
	if schema["format"] == "int-or-string" {
		return map[string]any{"type": []any{"string", "integer"}}
	}
	out := map[string]any{}
	for key, value := range schema {
		switch key {
		case "type", "$ref", "required", "enum":
			out[key] = value
		case "items", "additionalProperties":
			out[key] = convertInner(value)
		}
	}
	if description, _ := schema["description"].(string); schema["type"] == "string" && strings.HasPrefix(description, "Quantity is a fixed-point") {
		return map[string]any{"type": []any{"string", "number"}}
	}
	properties, ok := schema["properties"].(map[string]any)
	if !ok {
		return out
	}
	required, _ := schema["required"].([]any)
	converted := map[string]any{}
	for name, property := range properties {
		inner := convertInner(property)
		if !slices.Contains(required, any(name)) {
			inner = orNull(inner)
		}
		converted[name] = inner
	}
	out["properties"] = converted
	out["additionalProperties"] = false
	return out
}

func orNull(value any) any {
	schema, _ := value.(map[string]any)
	if kind, ok := schema["type"].(string); ok && schema["enum"] == nil {
		schema["type"] = []any{kind, "null"}
		return schema
	}
	return map[string]any{"anyOf": []any{value, map[string]any{"type": "null"}}}
}

func convertInner(value any) any {
	if schema, ok := value.(map[string]any); ok {
		return convertOpenAPI(schema)
	}
	return value
}

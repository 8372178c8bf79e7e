package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"
)

const (
	setName     = "gotpl"
	maxIncludes = 1000
)

// render parses the texts into one set and executes the last.
func render(asked request) answer {
	var values any
	if err := json.Unmarshal(asked.Values, &values); err != nil {
		return answer{Error: "values: " + err.Error()}
	}
	if root, ok := values.(map[string]any); ok {
		root["obj"] = &Thing{Name: "thing", Tags: []any{"a", nil}}
		root["strings"] = map[string]string{"a": "x"}
		root["bytes"] = []byte("hi")
		root["long"] = int64(7)
	}
	missing := asked.MissingKey
	if missing == "" {
		missing = "default"
	}
	set := template.New(setName).Option("missingkey=" + missing)
	included := map[string]int{}
	set.Funcs(functions).Funcs(template.FuncMap{"include": include(set, included), "tpl": tpl(set, included, missing)})
	last := ""
	for _, part := range asked.Texts {
		if _, err := set.New(part.Name).Parse(part.Text); err != nil {
			return answer{Error: err.Error()}
		}
		last = part.Name
	}
	var out strings.Builder
	if err := set.ExecuteTemplate(&out, last, values); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: out.String()}
}

// Thing is a struct with fields and methods.
type Thing struct {
	Name string
	Tags []any
}

// Greet takes a string.
func (t *Thing) Greet(whom string) string { return t.Name + " greets " + whom }

// Sum may fail.
func (t *Thing) Sum(a, b int) (int, error) {
	if a < 0 {
		return 0, errors.New("negative")
	}
	return a + b, nil
}

// functions have one parameter type each, so that every check of arguments can be seen.
var functions = template.FuncMap{
	"list":   func(items ...any) []any { return items },
	"strs":   func(items ...string) []string { return items },
	"ints":   func(items ...int) []int { return items },
	"dict":   dict,
	"same":   func(value any) any { return value },
	"none":   func() any { return nil },
	"fails":  func(message string) (string, error) { return "", errors.New(message) },
	"long":   func(value int) int64 { return int64(value) },
	"byte":   func(value int) uint8 { return uint8(value) },
	"aText":  func(value string) string { return value },
	"aBool":  func(value bool) bool { return value },
	"anInt":  func(value int) int { return value },
	"aLong":  func(value int64) int64 { return value },
	"aFloat": func(value float64) float64 { return value },
	"aMap":   func(value map[string]any) int { return len(value) },
	"aList":  func(value []any) int { return len(value) },
	"texts":  func(value []string) int { return len(value) },
	"many":   func(first string, others ...int) int { return len(first) + len(others) },
}

func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("odd number of arguments")
	}
	made := map[string]any{}
	for index := 0; index < len(pairs); index += 2 {
		made[fmt.Sprint(pairs[index])] = pairs[index+1]
	}
	return made, nil
}

// include does what Helm's function of the name does.
func include(set *template.Template, included map[string]int) func(string, any) (string, error) {
	return func(name string, data any) (string, error) {
		if included[name] > maxIncludes {
			return "", fmt.Errorf("rendering template has a nested reference name: %s: unable to execute template", name)
		}
		included[name]++
		defer func() { included[name]-- }()
		var out strings.Builder
		err := set.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
}

// tpl does what Helm's function of the name does.
func tpl(set *template.Template, included map[string]int, missing string) func(string, any) (string, error) {
	return func(source string, data any) (string, error) {
		inner, err := set.Clone()
		if err != nil {
			return "", err
		}
		inner.Option("missingkey=" + missing)
		inner.Funcs(template.FuncMap{"include": include(inner, included), "tpl": tpl(inner, included, missing)})
		parsed, err := inner.New(setName).Parse(source)
		if err != nil {
			return "", fmt.Errorf("cannot parse template %q: %w", source, err)
		}
		var out strings.Builder
		if err := parsed.Execute(&out, data); err != nil {
			return "", fmt.Errorf("error during tpl function execution for %q: %w", source, err)
		}
		return strings.ReplaceAll(out.String(), "<no value>", ""), nil
	}
}

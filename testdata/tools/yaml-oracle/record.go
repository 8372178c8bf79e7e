package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// record writes what Go makes of every case in a folder.
func record(folder string) error {
	steps := []struct {
		pattern string
		write   func(path string, text []byte) error
	}{
		{"read/*.yaml", recordRead},
		{"write/*.json", recordWrite},
		{"json/*.json", recordJSON},
	}
	for _, step := range steps {
		paths, err := filepath.Glob(filepath.Join(folder, step.pattern))
		if err != nil {
			return err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err == nil {
				err = step.write(path, text)
			}
			if err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(folder, "TOOL"), []byte(tool()), 0o644)
}

// tool names the modules that answer.
func tool() string {
	lines := []string{"encoding/json of " + runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			lines = append(lines, module.Path+" "+module.Version)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func recordRead(path string, text []byte) error {
	type first struct {
		Value json.RawMessage `json:"value,omitempty"`
		Error string          `json:"error,omitempty"`
	}
	type all struct {
		Documents []json.RawMessage `json:"documents"`
		Error     string            `json:"error,omitempty"`
	}
	var answers struct {
		Read   first `json:"read"`
		Stream all   `json:"stream"`
	}
	one, many := ask("read", text), ask("stream", text)
	answers.Read.Error, answers.Stream.Error = one.Error, many.Error
	if one.JSON != nil {
		answers.Read.Value = plain([]byte(*one.JSON))
	}
	answers.Stream.Documents = []json.RawMessage{}
	for _, document := range many.Documents {
		answers.Stream.Documents = append(answers.Stream.Documents, plain(document))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(answers); err != nil {
		return err
	}
	return os.WriteFile(strings.TrimSuffix(path, ".yaml")+".json", out.Bytes(), 0o644)
}

// plain writes JSON again without the escapes that only HTML needs.
func plain(text []byte) json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value interface{}
	check(decoder.Decode(&value))
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(value))
	return out.Bytes()
}

// recordWrite records toYaml and toYamlPretty of what json.Marshal makes of the case.
func recordWrite(path string, text []byte) error {
	var value interface{}
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	marshalled, err := json.Marshal(value)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(path, ".json")
	for question, ending := range map[string]string{"write": ".yaml", "pretty": ".pretty.yaml"} {
		result := ask(question, marshalled)
		out := "error: " + result.Error + "\n"
		if result.YAML != nil {
			out = *result.YAML
		}
		if err := os.WriteFile(base+ending, []byte(out), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func recordJSON(path string, text []byte) error {
	result := ask("json", text)
	out := "error: " + result.Error + "\n"
	if result.JSON != nil {
		out = *result.JSON + "\n" + *result.Raw + "\n" + *result.Pretty + "\n"
	}
	return os.WriteFile(strings.TrimSuffix(path, ".json")+".out", []byte(out), 0o644)
}

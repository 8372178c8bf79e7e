// Says what Go's YAML makes of texts.
//
// Standard input is a row of texts, each as "LENGTH:BYTES". Standard output has one line of JSON for each.
// The argument says what is asked:
//
//	read    {"json": …} or {"error": …} of sigs.k8s.io/yaml's YAMLToJSON, which reads the first document
//	stream  {"documents": […], "error": …} of every document, by go.yaml.in/yaml/v2
//	write   {"yaml": …} or {"error": …} of sigs.k8s.io/yaml's JSONToYAML
//	pretty  {"yaml": …} or {"error": …} of what Helm's toYamlPretty writes for a JSON text
//	json    {"json": …, "pretty": …, "raw": …} or {"error": …} of encoding/json for a JSON text
//	less    {"less": …} for a JSON list of two keys: whether a map has the first before the second
//
// "record FOLDER" asks the same about the cases of policies/source/tests and writes the answers beside them:
//
//	go run . record ../../../policies/source/tests/cases
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "sigs.k8s.io/yaml/goyaml.v3"

	"sigs.k8s.io/yaml"
)

type answer struct {
	JSON      *string           `json:"json,omitempty"`
	YAML      *string           `json:"yaml,omitempty"`
	Pretty    *string           `json:"pretty,omitempty"`
	Raw       *string           `json:"raw,omitempty"`
	Documents []json.RawMessage `json:"documents,omitempty"`
	Error     string            `json:"error,omitempty"`
	Less      *bool             `json:"less,omitempty"`
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "record" {
		check(record(os.Args[2]))
		return
	}
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: yaml-oracle read|stream|write|pretty|json|less < TEXTS, or yaml-oracle record FOLDER")
		os.Exit(2)
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		length, err := in.ReadString(':')
		if err == io.EOF {
			return
		}
		check(err)
		size, err := strconv.Atoi(length[:len(length)-1])
		check(err)
		text := make([]byte, size)
		_, err = io.ReadFull(in, text)
		check(err)
		check(encoder.Encode(ask(os.Args[1], text)))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(question string, text []byte) (result answer) {
	defer func() {
		if fault := recover(); fault != nil {
			result = answer{Error: fmt.Sprint("panic: ", fault)}
		}
	}()
	switch question {
	case "read":
		return one(yaml.YAMLToJSON(text))(func(s *string) answer { return answer{JSON: s} })
	case "stream":
		return stream(text)
	case "write":
		return one(yaml.JSONToYAML(text))(func(s *string) answer { return answer{YAML: s} })
	case "pretty":
		return one(pretty(text))(func(s *string) answer { return answer{YAML: s} })
	case "json":
		return asJSON(text)
	case "less":
		return less(text)
	}
	panic("unknown question " + question)
}

func one(bytes []byte, err error) func(func(*string) answer) answer {
	return func(wrap func(*string) answer) answer {
		if err != nil {
			return answer{Error: err.Error()}
		}
		text := string(bytes)
		return wrap(&text)
	}
}

func stream(text []byte) answer {
	var result answer
	decoder := yaml2.NewDecoder(bytes.NewReader(text))
	for {
		var value interface{}
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return result
		}
		if err == nil {
			value, err = jsonable(value)
		}
		var document []byte
		if err == nil {
			document, err = json.Marshal(value)
		}
		if err != nil {
			result.Error = err.Error()
			return result
		}
		result.Documents = append(result.Documents, document)
	}
}

// jsonable does what sigs.k8s.io/yaml does to a value on the way to JSON.
func jsonable(value interface{}) (interface{}, error) {
	switch typed := value.(type) {
	case map[interface{}]interface{}:
		object := make(map[string]interface{})
		for key, item := range typed {
			name, err := keyOf(key, item)
			if err != nil {
				return nil, err
			}
			if object[name], err = jsonable(item); err != nil {
				return nil, err
			}
		}
		return object, nil
	case []interface{}:
		items := make([]interface{}, len(typed))
		for i, item := range typed {
			var err error
			if items[i], err = jsonable(item); err != nil {
				return nil, err
			}
		}
		return items, nil
	}
	return value, nil
}

func keyOf(key, value interface{}) (string, error) {
	switch typed := key.(type) {
	case string:
		return typed, nil
	case int:
		return strconv.Itoa(typed), nil
	case float64:
		switch text := strconv.FormatFloat(typed, 'g', -1, 32); text {
		case "+Inf":
			return ".inf", nil
		case "-Inf":
			return "-.inf", nil
		case "NaN":
			return ".nan", nil
		default:
			return text, nil
		}
	case bool:
		return strconv.FormatBool(typed), nil
	}
	return "", fmt.Errorf("unsupported map key of type: %s, key: %+#v, value: %+#v", reflect.TypeOf(key), key, value)
}

func pretty(text []byte) ([]byte, error) {
	var value interface{}
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := yaml3.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(value)
	return out.Bytes(), err
}

func asJSON(text []byte) answer {
	var value interface{}
	if err := json.Unmarshal(text, &value); err != nil {
		return answer{Error: err.Error()}
	}
	compact, err := json.Marshal(value)
	check(err)
	indented, err := json.MarshalIndent(value, "", "  ")
	check(err)
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(value))
	texts := []string{string(compact), string(indented), string(bytes.TrimSuffix(raw.Bytes(), []byte("\n")))}
	return answer{JSON: &texts[0], Pretty: &texts[1], Raw: &texts[2]}
}

func less(text []byte) answer {
	var keys []string
	check(json.Unmarshal(text, &keys))
	written, err := yaml2.Marshal(map[string]int{keys[0]: 0, keys[1]: 1})
	check(err)
	var read yaml2.MapSlice
	check(yaml2.Unmarshal(written, &read))
	first := read[0].Value == 0
	return answer{Less: &first}
}

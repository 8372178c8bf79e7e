// Records what Go's text/template makes of templates.
//
//	go run . ../../../cli/gotemplate/tests/cases   records the cases of the template engine again
//
//	gotemplate-oracle DIRECTORY   records every NAME.txtar of a directory into NAME.recorded
//	gotemplate-oracle -stream     answers one JSON request a line
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// request is one set of texts, the last of which is executed.
type request struct {
	Texts      []text          `json:"texts"`
	Values     json.RawMessage `json:"values"`
	MissingKey string          `json:"missingKey"`
}

type text struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// answer has an error of parsing or executing, or the output.
type answer struct {
	Output string `json:"output"`
	Error  string `json:"error"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gotemplate-oracle DIRECTORY | -stream")
		os.Exit(2)
	}
	run := record
	if os.Args[1] == "-stream" {
		run = func(string) error { return stream() }
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func stream() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		if err := out.Encode(render(asked)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func record(directory string) error {
	files, err := filepath.Glob(filepath.Join(directory, "*.txtar"))
	if err != nil {
		return err
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		recorded := strings.TrimSuffix(file, ".txtar") + ".recorded"
		if err := os.WriteFile(recorded, []byte(recordCases(string(content))), 0o644); err != nil {
			return err
		}
	}
	return nil
}

var marker = regexp.MustCompile(`(?m)^-- (.+) --\n`)

// recordCases renders the sections of a file: values.json and missing-key hold for those that follow, CASE: NAME is a
// text parsed before that of CASE.
func recordCases(content string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "-- recorded by --\n%s\n", runtime.Version())
	values, missing, before := "{}", "", []text(nil)
	at := marker.FindAllStringSubmatchIndex(content, -1)
	for index, where := range at {
		end := len(content)
		if index+1 < len(at) {
			end = at[index+1][0]
		}
		name, body := content[where[2]:where[3]], strings.TrimSuffix(content[where[1]:end], "\n")
		switch _, extra, isExtra := strings.Cut(name, ": "); {
		case name == "values.json":
			values = body
		case name == "missing-key":
			missing = body
		case isExtra:
			before = append(before, text{extra, body})
		default:
			result := render(request{append(before, text{"t", body}), json.RawMessage(values), missing})
			before = nil
			if result.Error != "" {
				fmt.Fprintf(&out, "-- %s (error) --\n%s\n", name, result.Error)
			} else {
				fmt.Fprintf(&out, "-- %s --\n%s\n", name, result.Output)
			}
		}
	}
	return out.String()
}

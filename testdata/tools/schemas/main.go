// Command schemas writes JSON Schemas of Kubernetes kinds for kubeconform, out of what Go modules ship: the OpenAPI document of Kubernetes
// and the CustomResourceDefinitions of controllers.
//
//	schemas MODULES-FILE OUTPUT-FOLDER DEFINITIONS-FOLDER
//	schemas record MODULES-FILE OUTPUT-FOLDER
//
// `record` writes what portcullis itself checks objects against, of several versions of Kubernetes.
//
// The CustomResourceDefinitions themselves go to DEFINITIONS-FOLDER/GROUP_KIND.yaml, for an API server.
//
// A schema is strict: a field that the kind does not have is an error. Its place is GROUP/KIND_VERSION.json, in lower case but for the group, as kubeconform's
// template {{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json asks for it (the group of core kinds is their version).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: schemas MODULES-FILE OUTPUT-FOLDER DEFINITIONS-FOLDER\n       schemas record MODULES-FILE OUTPUT-FOLDER")
		os.Exit(2)
	}
	work := func() error { return run(os.Args[1], os.Args[2], os.Args[3]) }
	if os.Args[1] == "record" {
		work = func() error { return record(os.Args[2], os.Args[3]) }
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

func run(list, output, definitions string) error {
	file, err := os.Open(list)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) != 5 {
			return fmt.Errorf("%s: want five words, found %q", list, lines.Text())
		}
		module, err := download(words[0]+"@"+words[1], words[2])
		if err != nil {
			return err
		}
		source := filepath.Join(module, words[4])
		switch words[3] {
		case "openapi":
			err = fromOpenAPI(source, output)
		case "crds":
			err = fromCRDs(source, output, definitions)
		default:
			err = fmt.Errorf("unknown kind of source %q", words[3])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", words[0], err)
		}
	}
	return lines.Err()
}

// download gives the folder of a module, whose checksum must be the pinned one.
func download(module, sum string) (string, error) {
	command := exec.Command("go", "mod", "download", "-json", module)
	command.Dir = os.TempDir()
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	text, err := command.Output()
	var answer struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(text, &answer); jsonErr != nil {
		return "", fmt.Errorf("%s: go mod download: %v %v", module, err, jsonErr)
	}
	if answer.Error != "" {
		return "", fmt.Errorf("%s: %s", module, answer.Error)
	}
	if answer.Sum != sum {
		return "", fmt.Errorf("%s: checksum is %s, not the pinned %s", module, answer.Sum, sum)
	}
	return answer.Dir, nil
}

// write puts a schema where kubeconform looks for it.
func write(output, group, version, kind string, schema map[string]any) error {
	if group == "" {
		group = version
	}
	path := filepath.Join(output, group, strings.ToLower(kind)+"_"+version+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"sigs.k8s.io/yaml"
)

// application is the name that files of cases have APP for.
const application = "app"

// printOverridden says what files in the folder of each source make of it. Argo CD merges them as it looks for the tool of the source.
func printOverridden(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var cases []struct {
		Name   string                     `json:"name"`
		Source v1alpha1.ApplicationSource `json:"source"`
		Files  map[string]string          `json:"files"`
	}
	if err := yaml.Unmarshal(text, &cases); err != nil {
		return err
	}
	type answer struct {
		Name   string                      `json:"name"`
		Source *v1alpha1.ApplicationSource `json:"source,omitempty"`
		Error  string                      `json:"error,omitempty"`
	}
	answers := []answer{}
	for i := range cases {
		folder, err := os.MkdirTemp("", "argocd-oracle-")
		if err != nil {
			return err
		}
		for name, text := range cases[i].Files {
			path := filepath.Join(folder, strings.ReplaceAll(name, "APP", application))
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				return err
			}
		}
		source := cases[i].Source
		_, err = repository.GetAppSourceType(context.Background(), &source, folder, folder, application, nil, nil, nil)
		if err != nil && strings.Contains(err.Error(), "source parameters") {
			answers = append(answers, answer{Name: cases[i].Name, Error: strings.ReplaceAll(err.Error(), folder+"/", "")})
		} else {
			answers = append(answers, answer{Name: cases[i].Name, Source: &source})
		}
		removeAll(folder)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"tool": "argo-cd " + version, "answers": answers})
}

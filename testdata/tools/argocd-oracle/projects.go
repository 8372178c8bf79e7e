package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// question is what one AppProject is asked.
type question struct {
	Spec         v1alpha1.AppProjectSpec `json:"spec"`
	Sources      []string                `json:"sources"`
	Destinations []struct {
		Server    string `json:"server"`
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"destinations"`
	Objects []struct {
		Group      string `json:"group"`
		Kind       string `json:"kind"`
		Namespaced bool   `json:"namespaced"`
	} `json:"objects"`
}

// permitted says what is permitted of each question, in the order of the questions.
type permitted struct {
	Sources      []bool `json:"sources"`
	Destinations []bool `json:"destinations"`
	Objects      []bool `json:"objects"`
}

// printPermitted answers a file of questions.
func printPermitted(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var questions []question
	if err := yaml.UnmarshalStrict(text, &questions); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	answers := make([]permitted, 0, len(questions))
	for _, asked := range questions {
		project := v1alpha1.AppProject{Spec: asked.Spec}
		answer := permitted{Sources: []bool{}, Destinations: []bool{}, Objects: []bool{}}
		for _, source := range asked.Sources {
			answer.Sources = append(answer.Sources, project.IsSourcePermitted(v1alpha1.ApplicationSource{RepoURL: source}))
		}
		for _, to := range asked.Destinations {
			cluster := &v1alpha1.Cluster{Server: to.Server, Name: to.Name}
			ok, err := project.IsDestinationPermitted(cluster, to.Namespace, nil)
			if err != nil {
				return err
			}
			answer.Destinations = append(answer.Destinations, ok)
		}
		for _, object := range asked.Objects {
			answer.Objects = append(answer.Objects, project.IsGroupKindPermitted(schema.GroupKind{Group: object.Group, Kind: object.Kind}, object.Namespaced))
		}
		answers = append(answers, answer)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"tool": version, "answers": answers})
}

// printValid says of each AppProject in the files, in their order, why Argo CD refuses it: nothing where it does not.
func printValid(files []string) error {
	refused := []string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var project v1alpha1.AppProject
		if err := yaml.Unmarshal(text, &project); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		reason := ""
		if err := project.ValidateProject(); err != nil {
			reason = err.Error()
		}
		refused = append(refused, reason)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"tool": version, "refused": refused})
}

// Command gatekeeper-oracle says what Gatekeeper makes of templates, constraints and objects: which of them it refuses, and what it finds.
//
//	gatekeeper-oracle FOLDER
//
// Each folder in FOLDER is a case: its YAML files hold templates, constraints and objects, which are reviewed as they are made, each beside its
// Namespace where the case has it, with all objects in the inventory. Standard output is one JSON document.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/open-policy-agent/frameworks/constraint/pkg/apis"
	constraintclient "github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/gator/reader"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/types"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

type result struct {
	Object     string `json:"object"`
	Constraint string `json:"constraint"`
	Action     string `json:"action"`
	Message    string `json:"message"`
}

type answer struct {
	Refused map[string]string `json:"refused"`
	Failed  map[string]string `json:"failed"`
	Results []result          `json:"results"`
}

// first is the first line of an error: the others come in the order of a Go map.
func first(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func name(object *unstructured.Unstructured) string {
	text := object.GetKind() + "/" + object.GetName()
	if namespace := object.GetNamespace(); namespace != "" {
		text = namespace + "/" + text
	}
	return text
}

func ask(folder string) (answer, error) {
	ctx := context.Background()
	said := answer{Refused: map[string]string{}, Failed: map[string]string{}, Results: []result{}}
	driver, err := rego.New(rego.DisableBuiltins("http.send"))
	if err != nil {
		return said, err
	}
	client, err := constraintclient.NewClient(constraintclient.Targets(&target.K8sValidationTarget{}), constraintclient.Driver(driver),
		constraintclient.EnforcementPoints(util.GatorEnforcementPoint))
	if err != nil {
		return said, err
	}
	scheme := runtime.NewScheme()
	if err := apis.AddToScheme(scheme); err != nil {
		return said, err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return said, err
	}
	sort.Strings(files)
	var templates, constraints, objects []*unstructured.Unstructured
	for _, file := range files {
		bytes, err := os.ReadFile(file)
		if err != nil {
			return said, err
		}
		read, err := reader.ReadUnstructureds(bytes)
		if err != nil {
			return said, fmt.Errorf("%s: %w", file, err)
		}
		for _, object := range read {
			switch {
			case reader.IsTemplate(object):
				templates = append(templates, object)
			case reader.IsConstraint(object):
				constraints = append(constraints, object)
			default:
				objects = append(objects, object)
			}
		}
	}
	for _, object := range templates {
		template, err := reader.ToTemplate(scheme, object)
		if err == nil {
			_, err = client.AddTemplate(ctx, template)
		}
		if err != nil {
			said.Refused["ConstraintTemplate/"+object.GetName()] = first(err)
		}
	}
	for _, object := range constraints {
		key := name(object)
		if _, err := client.AddConstraint(ctx, object); err != nil {
			said.Refused[key] = first(err)
		} else if err := util.ValidateEnforcementAction(action(object), object.Object); err != nil {
			said.Refused[key] = first(err)
			if _, err := client.RemoveConstraint(ctx, object); err != nil {
				return said, err
			}
		}
	}
	namespaces := map[string]*corev1.Namespace{}
	for _, object := range objects {
		if _, err := client.AddData(ctx, object); err != nil {
			return said, err
		}
		if object.GetKind() == "Namespace" && object.GetAPIVersion() == "v1" {
			namespace := &corev1.Namespace{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, namespace); err != nil {
				return said, err
			}
			namespaces[object.GetName()] = namespace
		}
	}
	for _, object := range objects {
		review := target.AugmentedUnstructured{Object: *object, Namespace: namespaces[object.GetNamespace()], Operation: admissionv1.Create, Source: types.SourceTypeOriginal}
		found, err := client.Review(ctx, review, reviews.EnforcementPoint(util.GatorEnforcementPoint))
		if err != nil {
			said.Failed[name(object)] = err.Error()
			continue
		}
		for _, one := range found.Results() {
			action := one.EnforcementAction
			if action == "scoped" {
				sort.Strings(one.ScopedEnforcementActions)
				action = fmt.Sprint(one.ScopedEnforcementActions)
			}
			said.Results = append(said.Results, result{name(object), one.Constraint.GetKind() + "/" + one.Constraint.GetName(), action, one.Msg})
		}
	}
	sort.Slice(said.Results, func(i, j int) bool {
		left, right := said.Results[i], said.Results[j]
		return fmt.Sprint(left) < fmt.Sprint(right)
	})
	return said, nil
}

func action(object *unstructured.Unstructured) util.EnforcementAction {
	if text, _, _ := unstructured.NestedString(object.Object, "spec", "enforcementAction"); text != "" {
		return util.EnforcementAction(text)
	}
	return util.Deny
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gatekeeper-oracle FOLDER")
		os.Exit(2)
	}
	folders, err := os.ReadDir(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	cases := map[string]answer{}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		said, err := ask(filepath.Join(os.Args[1], folder.Name()))
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", folder.Name(), err)
			os.Exit(1)
		}
		cases[folder.Name()] = said
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(map[string]any{"tool": version(), "cases": cases}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

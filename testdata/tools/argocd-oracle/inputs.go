package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// inputs is everything that an expansion may look at, except the files of repositories.
type inputs struct {
	applicationSets []v1alpha1.ApplicationSet
	secrets         []corev1.Secret
	projects        []v1alpha1.AppProject
	settings        map[string]string
	outside         *outside
}

// readInputs sorts the documents of the files by kind. The project named default always exists, as in a real installation.
func readInputs(files []string, namespace string, outside *outside) (*inputs, error) {
	out := &inputs{settings: map[string]string{}, outside: outside}
	for _, file := range files {
		if err := out.read(file, namespace); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	for i := range out.projects {
		if out.projects[i].Name == "default" {
			return out, nil
		}
	}
	out.projects = append(out.projects, v1alpha1.AppProject{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: namespace}})
	return out, nil
}

func (in *inputs) read(file, namespace string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := in.add(document, namespace); err != nil {
			return err
		}
	}
}

func (in *inputs) add(document []byte, namespace string) error {
	document = bytes.ReplaceAll(document, []byte(outsideHost), []byte(in.outside.server.URL))
	var head metav1.TypeMeta
	if err := yaml.Unmarshal(document, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "ApplicationSet":
		return addObject(&in.applicationSets, document, func(o *v1alpha1.ApplicationSet) { o.Namespace = or(o.Namespace, namespace) })
	case "AppProject":
		return addObject(&in.projects, document, func(o *v1alpha1.AppProject) { o.Namespace = or(o.Namespace, namespace) })
	case "Secret":
		return addObject(&in.secrets, document, func(o *corev1.Secret) { o.Namespace = or(o.Namespace, namespace); foldStringData(o) })
	case "ConfigMap":
		var config corev1.ConfigMap
		if err := yaml.Unmarshal(document, &config); err != nil {
			return err
		}
		if config.Name == "argocd-cmd-params-cm" && config.Data != nil {
			in.settings = config.Data
		}
	}
	return nil
}

func addObject[T any](list *[]T, document []byte, complete func(*T)) error {
	var object T
	if err := yaml.Unmarshal(document, &object); err != nil {
		return err
	}
	complete(&object)
	*list = append(*list, object)
	return nil
}

// foldStringData does what the API server does on a write: stringData wins over data.
func foldStringData(secret *corev1.Secret) {
	if secret.Data == nil {
		secret.Data = map[string][]byte{}
	}
	for key, value := range secret.StringData {
		secret.Data[key] = []byte(value)
	}
	secret.StringData = nil
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

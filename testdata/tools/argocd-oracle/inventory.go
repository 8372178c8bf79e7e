package main

import (
	"os"
	"path/filepath"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// inventory is the part of portcullis.yaml that stands for what a real Argo CD has in its cluster.
type inventory struct {
	Clusters     []cluster `json:"clusters"`
	Repositories []struct {
		URL  string `json:"url"`
		Path string `json:"path"`
	} `json:"repositories"`
	ArgoCD struct {
		NewGitFileGlobbing bool `json:"newGitFileGlobbing"`
	} `json:"argocd"`
	root string
}

type cluster struct {
	Name              string            `json:"name"`
	Server            string            `json:"server"`
	Project           string            `json:"project,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	KubernetesVersion string            `json:"kubernetesVersion,omitempty"`
	APIVersions       []string          `json:"apiVersions,omitempty"`
}

func readInventory(file string) (inventory, error) {
	var out inventory
	text, err := os.ReadFile(file)
	if err != nil {
		return out, err
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return out, err
	}
	out.root = filepath.Dir(absolute)
	return out, yaml.Unmarshal(text, &out)
}

// addTo gives the inputs a Secret for each cluster, and each repository its folder.
func (from *inventory) addTo(in *inputs, directories map[string]string, namespace string) {
	for _, cluster := range from.Clusters {
		labels := map[string]string{"argocd.argoproj.io/secret-type": "cluster"}
		for key, value := range cluster.Labels {
			labels[key] = value
		}
		data := map[string][]byte{"name": []byte(cluster.Name), "server": []byte(cluster.Server)}
		if cluster.Project != "" {
			data["project"] = []byte(cluster.Project)
		}
		meta := metav1.ObjectMeta{Name: "cluster-" + cluster.Name, Namespace: namespace, Labels: labels, Annotations: cluster.Annotations}
		in.secrets = append(in.secrets, corev1.Secret{ObjectMeta: meta, Data: data})
	}
	for _, repository := range from.Repositories {
		directories[repository.URL] = filepath.Join(from.root, repository.Path)
	}
	in.settings["applicationsetcontroller.enable.new.git.file.globbing"] = strconv.FormatBool(from.ArgoCD.NewGitFileGlobbing)
}

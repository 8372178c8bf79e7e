package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/services/scm_provider"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// The address that ApplicationSets of cases give for a code host and for a plugin; a server of this program answers in its place.
const outsideHost = "http://outside.invalid"

// What the ConfigMaps of cases name: a plugin's service, and a resource with decisions.
const (
	pluginConfig   = "plugin"
	decisionConfig = "decisions"
	matchKey       = "clusterName"
)

// outside answers the generators that ask something outside of the repository. The generators are Argo CD's own; who they ask is not.
type outside struct {
	server  *httptest.Server
	answers map[string][]map[string]any
}

// newOutside reads what generators are answered: a list of {generator, parameters}, as portcullis.yaml has it under argocd.generators.
func newOutside(file string) (*outside, error) {
	var declared []struct {
		Generator  string           `json:"generator"`
		Parameters []map[string]any `json:"parameters"`
	}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal(text, &declared); err != nil {
			return nil, err
		}
	}
	out := &outside{answers: map[string][]map[string]any{}}
	for _, one := range declared {
		out.answers[one.Generator] = append(out.answers[one.Generator], one.Parameters...)
	}
	out.server = httptest.NewServer(http.HandlerFunc(out.serve))
	return out, nil
}

func (o *outside) close() { o.server.Close() }

// serve is the part of GitHub's API that lists pull requests, and the service of a plugin.
func (o *outside) serve(w http.ResponseWriter, request *http.Request) {
	var answer any
	switch {
	case strings.HasSuffix(request.URL.Path, "/pulls"):
		answer = o.pulls()
	case strings.HasSuffix(request.URL.Path, "/getparams.execute"):
		answer = map[string]any{"output": map[string]any{"parameters": o.answers["plugin"]}}
	default:
		http.NotFound(w, request)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (o *outside) pulls() []map[string]any {
	pulls := []map[string]any{}
	for _, one := range o.answers["pullRequest"] {
		labels := []map[string]any{}
		for _, name := range list(one["labels"]) {
			labels = append(labels, map[string]any{"name": name})
		}
		pulls = append(pulls, map[string]any{
			"number": one["number"], "title": one["title"], "labels": labels,
			"head": map[string]any{"ref": one["branch"], "sha": one["head_sha"]},
			"base": map[string]any{"ref": one["target_branch"]},
			"user": map[string]any{"login": one["author"]},
		})
	}
	return pulls
}

// generators are those that ask this program, by the names that Argo CD knows them by.
func (o *outside) generators(c client.Client, clientset kubernetes.Interface, namespace string) map[string]generators.Generator {
	scm := generators.NewSCMConfig("", nil, true, false, nil, false)
	return map[string]generators.Generator{
		"SCMProvider":             generators.NewTestSCMProviderGenerator(&scm_provider.MockProvider{Repos: o.repositories()}),
		"PullRequest":             generators.NewPullRequestGenerator(c, scm),
		"Plugin":                  generators.NewPluginGenerator(c, namespace),
		"ClusterDecisionResource": generators.NewDuckTypeGenerator(context.Background(), o.decisions(namespace), clientset, namespace),
	}
}

func (o *outside) repositories() []*scm_provider.Repository {
	out := []*scm_provider.Repository{}
	for _, one := range o.answers["scmProvider"] {
		text := func(key string) string { value, _ := one[key].(string); return value }
		var id any
		if number, ok := one["repository_id"].(float64); ok {
			id = int64(number)
		}
		out = append(out, &scm_provider.Repository{
			Organization: text("organization"), Repository: text("repository"), URL: text("url"), Branch: text("branch"), SHA: text("sha"),
			Labels: list(one["labels"]), RepositoryId: id,
		})
	}
	return out
}

// decisions is a cluster with one resource, whose status has what is declared.
func (o *outside) decisions(namespace string) dynamic.Interface {
	entries := []any{}
	for _, one := range o.answers["clusterDecisionResource"] {
		entry := map[string]any{}
		for key, value := range one {
			entry[key] = value
		}
		entry[matchKey] = entry["name"]
		delete(entry, "name")
		entries = append(entries, entry)
	}
	resource := schema.GroupVersionResource{Group: "cluster.open-cluster-management.io", Version: "v1beta1", Resource: "placementdecisions"}
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "cluster.open-cluster-management.io/v1beta1", "kind": "PlacementDecision",
		"metadata": map[string]any{"name": "decisions", "namespace": namespace},
		"status":   map[string]any{"decisions": entries},
	}}
	kinds := map[schema.GroupVersionResource]string{resource: "PlacementDecisionList"}
	return dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds, object)
}

// configMaps are those that generators look into.
func (o *outside) configMaps(namespace string) []*corev1.ConfigMap {
	named := func(name string, data map[string]string) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Data: data}
	}
	return []*corev1.ConfigMap{
		named(pluginConfig, map[string]string{"baseUrl": o.server.URL, "token": "$plugin:token"}),
		named(decisionConfig, map[string]string{
			"apiVersion": "cluster.open-cluster-management.io/v1beta1", "kind": "placementdecisions",
			"statusListKey": "decisions", "matchKey": matchKey,
		}),
	}
}

// secret is the token of the plugin.
func (o *outside) secret(namespace string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: pluginConfig, Namespace: namespace}, Data: map[string][]byte{"token": []byte("token")}}
}

func list(value any) []string {
	items, _ := value.([]any)
	out := []string{}
	for _, item := range items {
		out = append(out, fmt.Sprint(item))
	}
	return out
}

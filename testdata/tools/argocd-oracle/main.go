// Command argocd-oracle expands ApplicationSets with Argo CD's own packages, without a cluster or a server.
//
//	argocd-oracle --permitted QUESTIONS
//	argocd-oracle --overridden CASES
//	argocd-oracle --valid FILE...
//	argocd-oracle [--namespace argocd] [--repo URL=DIRECTORY]... [--config portcullis.yaml] [--outside ANSWERS] FILE...
//
// The files hold ApplicationSets, cluster Secrets, AppProjects and, for install-level settings, the ConfigMap argocd-cmd-params-cm; other
// kinds are passed over. It prints {"version", "applications", "made", "errors"}: whole Application objects in the order of Argo CD, which is
// random for clusters and merge. --config takes clusters, repositories and Argo CD's settings from a portcullis.yaml at the root of a
// repository, and prints its clusters too. --outside has what generators are answered that ask a code host, a plugin or the cluster. --permitted asks AppProjects which sources, destinations and kinds they permit,
// --overridden what files in their folders make of sources,
// --valid why Argo CD refuses each of these AppProjects. An ApplicationSet with an error yields no application, as in the controller.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	log "github.com/sirupsen/logrus"
)

// version is the version of argo-cd that go.mod pins; the build sets it.
var version = "unknown"

type result struct {
	Version      string           `json:"version"`
	Applications []map[string]any `json:"applications"`
	Errors       []failure        `json:"errors"`
	Clusters     []cluster        `json:"clusters,omitempty"`
	Made         []made           `json:"made"`
}

// made is how many of the Applications an ApplicationSet has, in their order.
type made struct {
	ApplicationSet string `json:"applicationSet"`
	Applications   int    `json:"applications"`
}

type failure struct {
	ApplicationSet string `json:"applicationSet"`
	Message        string `json:"message"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "argocd-oracle:", err)
		os.Exit(1)
	}
}

func run() error {
	namespace := flag.String("namespace", "argocd", "the namespace that Argo CD runs in")
	directories := map[string]string{}
	flag.Func("repo", "URL=DIRECTORY: the files of a repository (repeatable)", func(pair string) error {
		at := strings.LastIndex(pair, "=")
		if at < 0 {
			return errors.New("want URL=DIRECTORY")
		}
		directory, err := filepath.Abs(pair[at+1:])
		directories[pair[:at]] = directory
		return err
	})
	config := flag.String("config", "", "the configuration of portcullis, for its inventory")
	answers := flag.String("outside", "", "what generators are answered that ask something outside of the repository")
	questions := flag.String("permitted", "", "what to ask AppProjects, instead of expanding anything")
	overridden := flag.String("overridden", "", "sources and the files of their folders, instead of expanding anything")
	valid := flag.Bool("valid", false, "say why Argo CD refuses each AppProject, instead of expanding anything")
	flag.Parse()
	log.SetLevel(log.PanicLevel)
	if *questions != "" {
		return printPermitted(*questions)
	}
	if *valid {
		return printValid(flag.Args())
	}
	if *overridden != "" {
		return printOverridden(*overridden)
	}

	outside, err := newOutside(*answers)
	if err != nil {
		return err
	}
	defer outside.close()
	inputs, err := readInputs(flag.Args(), *namespace, outside)
	if err != nil {
		return err
	}
	var inventory inventory
	if *config != "" {
		if inventory, err = readInventory(*config); err != nil {
			return err
		}
		inventory.addTo(inputs, directories, *namespace)
	}
	scratch, err := os.MkdirTemp("", "argocd-oracle-")
	if err != nil {
		return err
	}
	defer removeAll(scratch)
	repos, err := newLocalRepos(context.Background(), scratch, directories, inputs.settings)
	if err != nil {
		return err
	}
	out, err := expandAll(inputs, repos, outside, *namespace)
	if err != nil {
		return err
	}
	out.Clusters = inventory.Clusters
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

// plain turns an Application into what stands in Git terms: with its kind, and without the status, which is empty before the first sync.
func plain(app *v1alpha1.Application) (map[string]any, error) {
	app.APIVersion, app.Kind = "argoproj.io/v1alpha1", "Application"
	text, err := json.Marshal(app)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, err
	}
	delete(out, "status")
	if metadata, ok := out["metadata"].(map[string]any); ok && metadata["creationTimestamp"] == nil {
		delete(metadata, "creationTimestamp")
	}
	return out, nil
}

package main

import (
	"context"
	"fmt"
	"regexp"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/services"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	log "github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	kubefake "k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func expandAll(in *inputs, repos services.Repos, outside *outside, namespace string) (*result, error) {
	kubeClient, clientset, err := fakeCluster(in, outside, namespace)
	if err != nil {
		return nil, err
	}
	asking := outside.generators(kubeClient, clientset, namespace)
	levels := generatorLevels(kubeClient, clientset, repos, asking, namespace)
	out := &result{Version: "argo-cd " + version, Applications: []map[string]any{}, Errors: []failure{}}
	for i := range in.applicationSets {
		set := &in.applicationSets[i]
		apps, err := expand(set, levels, kubeClient)
		if err != nil {
			out.Errors = append(out.Errors, failure{ApplicationSet: set.Name, Message: stable(err.Error())})
			continue
		}
		out.Made = append(out.Made, made{ApplicationSet: set.Name, Applications: len(apps)})
		for j := range apps {
			object, err := plain(&apps[j])
			if err != nil {
				return nil, err
			}
			out.Applications = append(out.Applications, object)
		}
	}
	return out, nil
}

// expand turns a panic of a generator into an error: some inputs are known to crash the real controller.
func expand(set *v1alpha1.ApplicationSet, levels map[string]generators.Generator, c client.Client) (apps []v1alpha1.Application, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			apps, err = nil, fmt.Errorf("panic: %v", cause)
		}
	}()
	apps, _, err = template.GenerateApplications(log.NewEntry(log.StandardLogger()), *set, levels, &utils.Render{}, c)
	return apps, err
}

// oneOfMany is a message that names whichever of the conflicting keys a walk over a Go map meets first.
var oneOfMany = regexp.MustCompile(`found duplicate key .* with different value, a: .* ,b: .*`)

func stable(message string) string {
	return oneOfMany.ReplaceAllString(message, "found duplicate key … with different value, a: … ,b: …")
}

func fakeCluster(in *inputs, outside *outside, namespace string) (client.Client, kubernetes.Interface, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, nil, err
	}
	if err := corev1.AddToScheme(scheme); err != nil {
		return nil, nil, err
	}
	objects := make([]client.Object, 0, len(in.secrets)+len(in.projects))
	secrets := make([]runtime.Object, 0, len(in.secrets))
	for i := range in.secrets {
		objects = append(objects, &in.secrets[i])
		secrets = append(secrets, &in.secrets[i])
	}
	for i := range in.projects {
		objects = append(objects, &in.projects[i])
	}
	objects = append(objects, outside.secret(namespace))
	for _, config := range outside.configMaps(namespace) {
		objects = append(objects, config)
		secrets = append(secrets, config)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build(), kubefake.NewClientset(secrets...), nil
}

// generatorLevels gives each level of nesting the generators that Argo CD allows there.
func generatorLevels(c client.Client, clientset kubernetes.Interface, repos services.Repos, asking map[string]generators.Generator, namespace string) map[string]generators.Generator {
	with := func(below map[string]generators.Generator) map[string]generators.Generator {
		level := map[string]generators.Generator{
			"List":     generators.NewListGenerator(),
			"Clusters": generators.NewClusterGenerator(context.Background(), c, clientset, namespace),
			"Git":      generators.NewGitGenerator(repos, namespace),
		}
		for name, generator := range asking {
			level[name] = generator
		}
		if below != nil {
			level["Matrix"] = generators.NewMatrixGenerator(below)
			level["Merge"] = generators.NewMergeGenerator(below)
		}
		return level
	}
	return with(with(with(nil)))
}

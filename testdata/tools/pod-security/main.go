// Says which checks of the Pod Security Standards forbid a pod, in their newest version, as Kubernetes itself decides it.
//
//	pod-security check              reads pods as YAML documents or one JSON per line from standard input, prints {"name", "forbidden"} for each
//	pod-security record FIXTURES    prints verdicts over the generated pods of cases.go, and over the fixtures of the module in a folder
//	pod-security random N SEED      the same over so many pods with several fields changed at once
//
// What policies/tests/pod-security.json holds is made so, with the fixtures of the pinned module itself:
//
//	cd testdata/tools/pod-security
//	go run . record "$(go list -m -f '{{.Dir}}' k8s.io/pod-security-admission)/test/testdata" >../../../policies/tests/pod-security.json
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

const module = "k8s.io/pod-security-admission"

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "check":
		checkAll(os.Stdin)
	case len(os.Args) == 3 && os.Args[1] == "record":
		write(append(generated(), fixtures(os.Args[2])...))
	case len(os.Args) == 4 && os.Args[1] == "random":
		write(random(number(os.Args[2]), uint64(number(os.Args[3]))))
	default:
		fmt.Fprintln(os.Stderr, "usage: pod-security check | record FIXTURES | random N SEED")
		os.Exit(2)
	}
}

func number(text string) int {
	number, err := strconv.Atoi(text)
	must(err)
	return number
}

func checkAll(input io.Reader) {
	decoder := utilyaml.NewYAMLOrJSONDecoder(input, 4096)
	for {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		if err == io.EOF {
			return
		}
		must(err)
		pod := read(raw)
		line, err := json.Marshal(map[string]any{"name": pod.Name, "forbidden": forbidden(pod)})
		must(err)
		fmt.Println(string(line))
	}
}

func read(text []byte) *corev1.Pod {
	pod := &corev1.Pod{}
	must(yaml.UnmarshalStrict(text, pod))
	// The API server takes a volume that says nothing of its kind for an emptyDir, before anybody judges the pod.
	for i := range pod.Spec.Volumes {
		volume := &pod.Spec.Volumes[i]
		if reflect.ValueOf(volume.VolumeSource).IsZero() {
			volume.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	return pod
}

// The checks that forbid a pod, each as LEVEL/ID. A check of the baseline that a restricted one replaces is asked as well.
func forbidden(pod *corev1.Pod) []string {
	found := []string{}
	for _, check := range policy.DefaultChecks() {
		newest := check.Versions[len(check.Versions)-1]
		if !newest.CheckPod(&pod.ObjectMeta, &pod.Spec).Allowed {
			found = append(found, fmt.Sprintf("%s/%s", check.Level, check.ID))
		}
	}
	slices.Sort(found)
	agree(pod, found)
	return found
}

// The evaluator that an API server asks, which tells no ids, must come to the same verdicts.
func agree(pod *corev1.Pod, found []string) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	must(err)
	for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
		latest := api.LevelVersion{Level: level, Version: api.LatestVersion()}
		allowed := policy.AggregateCheckResults(evaluator.EvaluatePod(latest, &pod.ObjectMeta, &pod.Spec)).Allowed
		against := slices.ContainsFunc(found, func(id string) bool {
			return level == api.LevelRestricted || id[:len("baseline/")] == "baseline/"
		})
		if allowed == against {
			panic(fmt.Sprintf("%s: the evaluator of %s says %v, its checks %v", pod.Name, level, allowed, found))
		}
	}
}

// The recording: bases, and for each verdict the pods that get it, as fields of a base set by their JSON pointers, or whole.
func write(cases []testCase) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		panic("no build information")
	}
	at := slices.IndexFunc(info.Deps, func(dependency *debug.Module) bool { return dependency.Path == module })
	checks := []string{}
	for _, check := range policy.DefaultChecks() {
		checks = append(checks, fmt.Sprintf("%s/%s", check.Level, check.ID))
	}
	slices.Sort(checks)
	groups := map[string][]string{}
	for _, one := range cases {
		verdict := line(object{"base": one.Base, "forbidden": forbidden(read([]byte(line(one.whole()))))})
		pod := line(one.Set)
		if one.Pod != nil {
			pod = line(one.Pod)
		}
		if !slices.Contains(groups[verdict], pod) {
			groups[verdict] = append(groups[verdict], pod)
		}
	}
	verdicts := slices.Sorted(maps.Keys(groups))
	fmt.Printf("{\n\"by\": %s,\n\"checks\": %s,\n\"bases\": %s,\n\"verdicts\": [\n", line(module+" "+info.Deps[at].Version), line(checks), line(bases))
	for i, verdict := range verdicts {
		separator := ","
		if i+1 == len(verdicts) {
			separator = ""
		}
		fmt.Printf("%s, \"pods\": [\n%s\n]}%s\n", strings.TrimSuffix(verdict, "}"), strings.Join(groups[verdict], ",\n"), separator)
	}
	fmt.Println("]\n}")
}

func line(value any) string {
	text, err := json.Marshal(value)
	must(err)
	return string(text)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

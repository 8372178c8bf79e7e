package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

type object = map[string]any

// A pod: one of the bases with fields set, or a whole one.
type testCase struct {
	Base string
	Set  object
	Pod  any
}

func restrictedContainer() object {
	return object{"allowPrivilegeEscalation": false, "capabilities": object{"drop": []any{"ALL"}}}
}

// A pod with a container in every list that Kubernetes has.
func pod(spec object, container func() object) object {
	one := func(name string, more object) object {
		one := object{"name": name, "image": "registry.example.com/app:1.0.0"}
		if container != nil {
			one["securityContext"] = container()
		}
		for key, value := range more {
			one[key] = value
		}
		return one
	}
	spec["containers"] = []any{one("app", nil), one("second", nil)}
	spec["initContainers"] = []any{one("init", nil), one("sidecar", object{"restartPolicy": "Always"})}
	spec["ephemeralContainers"] = []any{one("debug", nil)}
	return object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"name": "pod"}, "spec": spec}
}

func restrictedPod() object {
	return object{"runAsNonRoot": true, "seccompProfile": object{"type": "RuntimeDefault"}}
}

// Windows is let off what it does not have.
var bases = map[string]object{
	"restricted":     pod(object{"securityContext": restrictedPod()}, restrictedContainer),
	"user-namespace": pod(object{"hostUsers": false, "securityContext": restrictedPod()}, restrictedContainer),
	"linux":          pod(object{"os": object{"name": "linux"}}, nil),
	"silent":         pod(object{}, nil),
	"windows":        pod(object{"os": object{"name": "windows"}, "securityContext": object{"runAsNonRoot": true}}, nil),
	"windows-silent": pod(object{"os": object{"name": "windows"}}, nil),
}

var containers = []string{
	"/spec/containers/0", "/spec/containers/1", "/spec/initContainers/0", "/spec/initContainers/1", "/spec/ephemeralContainers/0",
}

// The values of a field that make a difference, and some that must not.
type field struct {
	at     string
	values []any
	// Whether a pod of Windows may have it: the API server refuses the others there, so that nobody's verdict on them matters.
	windows bool
}

func types(types ...string) []any {
	values := []any{nil, object{}, object{"type": "Localhost", "localhostProfile": "profiles/app.json"}}
	for _, name := range types {
		values = append(values, object{"type": name})
	}
	return values
}

var profiles = types("RuntimeDefault", "Unconfined", "", "runtime/default", "unconfined", "runtimedefault")

var selinux = []any{
	nil, object{}, object{"level": "s0:c1,c2"}, object{"type": ""}, object{"type": "container_t"}, object{"type": "container_init_t"},
	object{"type": "container_kvm_t"}, object{"type": "container_engine_t"}, object{"type": "spc_t"}, object{"type": "Container_t"},
	object{"user": "system_u"}, object{"user": ""}, object{"role": "system_r"}, object{"role": ""}, object{"type": "container_t", "role": "sysadm_r"},
}

var hostProcess = []any{
	nil, object{}, object{"hostProcess": nil}, object{"hostProcess": false}, object{"hostProcess": true}, object{"runAsUserName": "ContainerUser"},
}

var switches = []any{nil, true, false}

func sysctls() []any {
	values := []any{nil, []any{}}
	names := []string{
		"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
		"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
		"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat", "net.ipv4.ip_forward", "kernel.msgmax", "kernel.shm_rmid_forced_more",
		"net/ipv4/tcp_syncookies", "fs.mqueue.msg_max", "net.core.somaxconn", "vm.max_map_count", "NET.IPV4.TCP_SYNCOOKIES",
	}
	for _, name := range names {
		values = append(values, []any{object{"name": name, "value": "1"}})
	}
	return append(values, []any{object{"name": names[0], "value": "1"}, object{"name": "kernel.sem", "value": "1"}})
}

func volumes() []any {
	values := []any{nil, []any{}, []any{object{"name": "v"}}}
	sources := []string{
		"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret", "hostPath",
		"gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume", "cinder", "cephfs", "flocker", "fc",
		"azureFile", "azureDisk", "vsphereVolume", "quobyte", "portworxVolume", "photonPersistentDisk", "scaleIO", "storageos",
	}
	for _, source := range sources {
		values = append(values, []any{object{"name": "v", source: object{}}}, []any{object{"name": source, source: nil}})
	}
	last := []any{object{"name": "a", "emptyDir": object{}}, object{"name": "b", "hostPath": object{"path": "/"}}}
	return append(values, last, []any{object{"name": "hostPath", "emptyDir": object{}, "nfs": nil}, object{"name": "b", "nfs": object{}}})
}

func annotations() []any {
	values := []any{nil, object{}, object{"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}, object{"apparmor": "unconfined"}}
	for _, profile := range []string{"", "runtime/default", "localhost/profile", "localhost/", "localhost", "unconfined", "Runtime/default", "other"} {
		for _, name := range []string{"app", "init", "nobody", ""} {
			values = append(values, object{"container.apparmor.security.beta.kubernetes.io/" + name: profile})
		}
	}
	return values
}

var ofPod = []field{
	{"/spec/hostNetwork", switches, true},
	{"/spec/hostPID", switches, false},
	{"/spec/hostIPC", switches, false},
	{"/spec/hostUsers", switches, false},
	{"/spec/securityContext/runAsNonRoot", switches, true},
	{"/spec/securityContext/runAsUser", []any{nil, 0, 1, 65532}, false},
	{"/spec/securityContext/runAsGroup", []any{nil, 0, 1}, false},
	{"/spec/securityContext/seccompProfile", profiles, false},
	{"/spec/securityContext/appArmorProfile", profiles, false},
	{"/spec/securityContext/seLinuxOptions", selinux, false},
	{"/spec/securityContext/windowsOptions", hostProcess, true},
	{"/spec/securityContext/sysctls", sysctls(), false},
	{"/spec/securityContext", []any{nil, object{}}, true},
	{"/spec/volumes", volumes(), true},
	{"/spec/os", []any{nil, object{"name": "linux"}}, false},
	{"/metadata/annotations", annotations(), true},
}

func capabilities() []any {
	values := []any{nil, object{}, object{"drop": []any{}}, object{"add": []any{}}, object{"add": nil, "drop": nil}}
	for _, drop := range []string{"ALL", "all", "CAP_ALL", "NET_RAW"} {
		values = append(values, object{"drop": []any{drop}}, object{"drop": []any{"KILL", drop}})
	}
	names := []string{
		"ALL", "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
		"SYS_CHROOT", "NET_RAW", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_TIME", "BPF", "IPC_LOCK", "CAP_CHOWN", "chown", "CAP_NET_BIND_SERVICE",
		"net_bind_service", "CAP_SYS_ADMIN", "cap_sys_admin", "DAC_READ_SEARCH",
	}
	for _, name := range names {
		values = append(values, object{"drop": []any{"ALL"}, "add": []any{name}})
	}
	return append(values, object{"add": []any{"CHOWN"}}, object{"drop": []any{"ALL"}, "add": []any{"NET_BIND_SERVICE", "KILL", "SYS_TIME"}})
}

func ports() []any {
	return []any{
		nil, []any{}, []any{object{"containerPort": 80}}, []any{object{"containerPort": 80, "hostPort": 0}}, []any{object{"containerPort": 80, "hostPort": nil}},
		[]any{object{"containerPort": 80, "hostPort": 80}}, []any{object{"containerPort": 80}, object{"containerPort": 53, "hostPort": 10053, "protocol": "UDP"}},
	}
}

func handlers(probe bool) []any {
	values := []any{nil, object{"exec": object{"command": []any{"true"}}}, object{"httpGet": nil}, object{"httpGet": object{"port": 80, "httpHeaders": []any{object{"name": "Host", "value": "app"}}}}}
	for _, host := range []any{nil, "", "127.0.0.1", "localhost", "::1", "example.com"} {
		values = append(values, object{"httpGet": object{"port": 80, "host": host}}, object{"tcpSocket": object{"port": "http", "host": host}})
	}
	if probe {
		values = append(values, object{"grpc": object{"port": 80, "service": "example.com"}})
	}
	return values
}

var ofContainer = []field{
	{"/securityContext/privileged", switches, false},
	{"/securityContext/allowPrivilegeEscalation", switches, false},
	{"/securityContext/capabilities", capabilities(), false},
	{"/securityContext/procMount", []any{nil, "Default", "Unmasked", "", "default"}, false},
	{"/securityContext/runAsNonRoot", switches, true},
	{"/securityContext/runAsUser", []any{nil, 0, 1, 65532}, false},
	{"/securityContext/seccompProfile", profiles, false},
	{"/securityContext/appArmorProfile", profiles, false},
	{"/securityContext/seLinuxOptions", selinux, false},
	{"/securityContext/windowsOptions", hostProcess, true},
	{"/securityContext/readOnlyRootFilesystem", []any{false}, false},
	{"/securityContext", []any{nil, object{}}, true},
	{"/ports", ports(), true},
	{"/livenessProbe", handlers(true), true},
	{"/readinessProbe", handlers(true), true},
	{"/startupProbe", handlers(true), true},
	{"/lifecycle", []any{nil, object{}, object{"stopSignal": "SIGTERM"}}, true},
	{"/lifecycle/preStop", append(handlers(false), object{"sleep": object{"seconds": 5}}), true},
	{"/lifecycle/postStart", handlers(false), true},
}

// Fields whose meaning on a container depends on what the pod says.
var inherited = []string{"/securityContext/runAsNonRoot", "/securityContext/runAsUser", "/securityContext/seccompProfile", "/securityContext/procMount"}

func generated() []testCase {
	var found []testCase
	add := func(base string, set object) { found = append(found, testCase{Base: base, Set: set}) }
	for _, base := range slices.Sorted(maps.Keys(bases)) {
		add(base, object{})
		windows := base == "windows"
		for _, one := range ofPod {
			// Of these bases the pod alone is of interest.
			if base == "linux" || base == "windows-silent" {
				continue
			}
			for _, value := range one.values {
				if !windows || one.windows {
					add(base, object{one.at: value})
				}
			}
		}
	}
	for _, one := range ofContainer {
		for i, value := range one.values {
			for j, container := range containers {
				add("restricted", object{container + one.at: value})
				// The other bases see each value once, in a list that changes from value to value.
				if j == i%len(containers) {
					for _, base := range []string{"user-namespace", "silent", "windows"} {
						if base != "windows" || one.windows {
							add(base, object{container + one.at: value})
						}
					}
				}
			}
		}
	}
	return append(found, pairs()...)
}

// What the pod and one, or every, container say of the same, in and out of a user namespace.
func pairs() []testCase {
	var found []testCase
	for _, above := range ofPod {
		for _, below := range ofContainer {
			if !slices.Contains(inherited, below.at) || !strings.HasPrefix(above.at, "/spec/") {
				continue
			}
			if above.at != "/spec/hostUsers" && above.at != "/spec"+below.at && !(strings.Contains(above.at, "runAs") && strings.Contains(below.at, "runAs")) {
				continue
			}
			for i, one := range above.values {
				for j, other := range below.values {
					single := object{above.at: one, containers[(i+j)%len(containers)] + below.at: other}
					every := object{above.at: one}
					for _, container := range containers {
						every[container+below.at] = other
					}
					found = append(found, testCase{Base: "restricted", Set: single}, testCase{Base: "silent", Set: every})
				}
			}
		}
	}
	return found
}

// So many pods with up to six fields set at once.
func random(count int, seed uint64) []testCase {
	source := rand.New(rand.NewPCG(seed, 0))
	found := make([]testCase, 0, count)
	all := slices.Sorted(maps.Keys(bases))
	for range count {
		base := all[source.IntN(len(all))]
		windows := strings.HasPrefix(base, "windows")
		set := object{}
		for range 1 + source.IntN(6) {
			one, at := ofPod[source.IntN(len(ofPod))], ""
			if source.IntN(3) > 0 {
				one, at = ofContainer[source.IntN(len(ofContainer))], containers[source.IntN(len(containers))]
			}
			whole := strings.HasSuffix(one.at, "/securityContext") || one.at == "/lifecycle"
			if whole || windows && !one.windows {
				continue
			}
			set[at+one.at] = one.values[source.IntN(len(one.values))]
		}
		found = append(found, testCase{Base: base, Set: set})
	}
	return found
}

// The newest fixtures of the module: what they mean to show is in their names, the verdict is asked again.
func fixtures(folder string) []testCase {
	var found []testCase
	for _, level := range []string{"baseline", "restricted"} {
		versions, err := os.ReadDir(filepath.Join(folder, level))
		must(err)
		newest := 0
		for _, version := range versions {
			if minor, err := strconv.Atoi(strings.TrimPrefix(version.Name(), "v1.")); err == nil {
				newest = max(newest, minor)
			}
		}
		paths, err := filepath.Glob(filepath.Join(folder, level, fmt.Sprintf("v1.%d", newest), "*", "*.yaml"))
		must(err)
		if len(paths) == 0 {
			panic("no fixtures below " + folder)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			must(err)
			var pod object
			must(yaml.Unmarshal(text, &pod))
			// Each name is told with its level and verdict, as they lie in folders.
			verdict := filepath.Base(filepath.Dir(path))
			pod["metadata"].(object)["name"] = fmt.Sprintf("%s-%s-%s", level, verdict, strings.TrimSuffix(filepath.Base(path), ".yaml"))
			if against := slices.ContainsFunc(forbidden(podOf(pod)), func(id string) bool { return level == "restricted" || strings.HasPrefix(id, level) }); against == (verdict == "pass") {
				panic(path + " is not what its folder says")
			}
			found = append(found, testCase{Pod: pod})
		}
	}
	return found
}

// The pod of a case.
func (one testCase) whole() any {
	if one.Pod != nil {
		return one.Pod
	}
	var pod any
	must(json.Unmarshal([]byte(line(bases[one.Base])), &pod))
	// A field's parent comes before it.
	for _, pointer := range slices.Sorted(maps.Keys(one.Set)) {
		put(pod, pointer, one.Set[pointer])
	}
	return pod
}

// Sets the field that a pointer leads to, with the maps that lead there. Keys with a slash do not occur.
func put(at any, pointer string, value any) {
	keys := strings.Split(pointer, "/")[1:]
	for i, key := range keys {
		last := i+1 == len(keys)
		if list, is := at.([]any); is {
			index, err := strconv.Atoi(key)
			must(err)
			at = list[index]
			continue
		}
		members := at.(object)
		if last {
			members[key] = value
			return
		}
		if members[key] == nil {
			members[key] = object{}
		}
		at = members[key]
	}
}

func podOf(value any) *corev1.Pod {
	return read([]byte(line(value)))
}

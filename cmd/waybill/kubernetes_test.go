package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"waybill/internal/roles"
)

// manifest is as much of a Kubernetes manifest as the tests look at.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   struct{ Name string }
	Data       map[string]string `yaml:"data"`
	Spec       struct {
		Template       podTemplate
		ServiceName    string                      `yaml:"serviceName"`
		ScaleTargetRef struct{ Kind, Name string } `yaml:"scaleTargetRef"`
		// Selector is one of labels alone in a service, and has a field for
		// them elsewhere.
		Selector             map[string]yaml.Node
		VolumeClaimTemplates []struct{ Metadata struct{ Name string } } `yaml:"volumeClaimTemplates"`
		Ports                []struct {
			Port       int
			TargetPort string `yaml:"targetPort"`
		}
	}
}

type podTemplate struct {
	Metadata struct {
		Labels, Annotations map[string]string
	}
	Spec struct {
		AutomountToken     bool `yaml:"automountServiceAccountToken"`
		EnableServiceLinks bool `yaml:"enableServiceLinks"`
		GracePeriod        int  `yaml:"terminationGracePeriodSeconds"`
		SecurityContext    struct {
			RunAsNonRoot bool `yaml:"runAsNonRoot"`
			RunAsUser    int  `yaml:"runAsUser"`
		} `yaml:"securityContext"`
		Containers []container
		Volumes    []struct{ Name string }
	}
}

type container struct {
	Image string
	Args  []string
	Env   []struct{ Name, Value string }
	Ports []struct {
		Name          string
		ContainerPort int `yaml:"containerPort"`
	}
	Startup         *probe `yaml:"startupProbe"`
	Readiness       *probe `yaml:"readinessProbe"`
	Liveness        *probe `yaml:"livenessProbe"`
	Resources       struct{ Requests, Limits map[string]string }
	SecurityContext struct {
		Escalation   bool                    `yaml:"allowPrivilegeEscalation"`
		ReadOnly     bool                    `yaml:"readOnlyRootFilesystem"`
		Capabilities struct{ Drop []string } `yaml:"capabilities"`
	} `yaml:"securityContext"`
	VolumeMounts []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

// manifests reads all that the kustomization in a folder names, and holds that
// it names all that is there.
func manifests(t *testing.T, folder string) (all []manifest, raw []map[string]any) {
	t.Helper()
	dir := filepath.Join(projectRoot, "deploy", folder)
	text, err := os.ReadFile(filepath.Join(dir, "kustomization.yaml"))
	require.NoError(t, err)
	var list struct {
		Kind      string
		Resources []string
		Patches   []struct{ Path string }
	}
	require.NoError(t, yaml.Unmarshal(text, &list))
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	named := len(list.Resources) + len(list.Patches) + 1
	if list.Kind == "Component" {
		named++ // the example of the user's file
	}
	require.Len(t, files, named, "a file of %s is not in its kustomization", dir)
	for _, name := range list.Resources {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		typed, untyped := yaml.NewDecoder(bytes.NewReader(text)), yaml.NewDecoder(bytes.NewReader(text))
		for {
			var m manifest
			if err := typed.Decode(&m); errors.Is(err, io.EOF) {
				break
			} else {
				require.NoError(t, err, name)
			}
			var r map[string]any
			require.NoError(t, untyped.Decode(&r), name)
			all, raw = append(all, m), append(raw, r)
		}
	}
	return all, raw
}

// Each manifest is what Kubernetes takes, without a field that it does not know.
func TestKubernetesSchema(t *testing.T) {
	schemas := filepath.Join(projectRoot, "bin", "kubernetes-schemas")
	if _, err := os.Stat(schemas); err != nil {
		t.Skipf("no schemas of Kubernetes; make bin/kubernetes-schemas fetches them (PyPI): %v", err)
	}
	var raw []map[string]any
	for _, folder := range kubernetesFolders {
		_, more := manifests(t, folder)
		raw = append(raw, more...)
	}
	compiler := jsonschema.NewCompiler()
	text, err := os.ReadFile(filepath.Join(schemas, "_definitions.json"))
	require.NoError(t, err)
	definitions, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, compiler.AddResource("https://kubernetes.io/api/_definitions.json", definitions))
	for _, m := range raw {
		kind, version := strings.ToLower(fmt.Sprint(m["kind"])), fmt.Sprint(m["apiVersion"])
		group, of, grouped := strings.Cut(version, "/")
		name := kind + "-" + version
		if grouped {
			group, _, _ = strings.Cut(group, ".")
			name = kind + "-" + group + "-" + of
		}
		schema, err := compiler.Compile(filepath.Join(schemas, name+".json"))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(m), "%s %v", kind, m["metadata"])
	}
}

// kubernetesFolders are the base, and the parts that need a file of the user's.
var kubernetesFolders = []string{"kubernetes", "kubernetes/quotas", "kubernetes/polling"}

// kubernetes is what can be deployed, by kind and name.
func kubernetes(t *testing.T) map[string]map[string]manifest {
	t.Helper()
	var all []manifest
	for _, folder := range kubernetesFolders {
		more, _ := manifests(t, folder)
		all = append(all, more...)
	}
	kinds := map[string]map[string]manifest{}
	for _, m := range all {
		if kinds[m.Kind] == nil {
			kinds[m.Kind] = map[string]manifest{}
		}
		require.NotContains(t, kinds[m.Kind], m.Metadata.Name)
		kinds[m.Kind][m.Metadata.Name] = m
	}
	return kinds
}

// workloads are what has pods that go on.
func workloads(kinds map[string]map[string]manifest) map[string]manifest {
	all := maps.Clone(kinds["StatefulSet"])
	maps.Copy(all, kinds["Deployment"])
	return all
}

// Every pod runs a command that the binary takes, with settings that it reads,
// and together they run every role.
func TestKubernetesSpeaksWaybillsSettings(t *testing.T) {
	kinds := kubernetes(t)
	settings := kinds["ConfigMap"]["waybill-settings"].Data
	var running []string
	for name, m := range workloads(kinds) {
		run := requireCommand(t, settings, m.Spec.Template.Spec.Containers[0])
		require.NoError(t, run.Run.check(&globals{settings: &run.Settings}), name)
		running = append(running, run.Run.Roles...)
	}
	require.ElementsMatch(t, roles.Names(), running)
	for _, m := range kinds["Job"] {
		requireCommand(t, settings, m.Spec.Template.Spec.Containers[0])
	}
}

// requireCommand parses a container's command with its settings.
func requireCommand(t *testing.T, settings map[string]string, c container) *cli {
	t.Helper()
	env := maps.Clone(settings)
	for _, v := range c.Env {
		if strings.HasPrefix(v.Name, "WAYBILL_") {
			env[v.Name] = v.Value
		}
	}
	return parseWith(t, env, c.Args)
}

// Every pod is locked up alike, bounded, and asked for its health where it
// answers.
func TestKubernetesPodsAreLockedUp(t *testing.T) {
	kinds := kubernetes(t)
	pods := workloads(kinds)
	maps.Copy(pods, kinds["Job"])
	for name, m := range pods {
		spec := m.Spec.Template.Spec
		require.Len(t, spec.Containers, 1, name)
		c := spec.Containers[0]
		require.Equal(t, "waybill", c.Image, "the kustomization names the image")
		require.False(t, spec.AutomountToken || spec.EnableServiceLinks || c.SecurityContext.Escalation, name)
		require.True(t, spec.SecurityContext.RunAsNonRoot && c.SecurityContext.ReadOnly, name)
		require.Equal(t, 65532, spec.SecurityContext.RunAsUser, "the image's user")
		require.Equal(t, []string{"ALL"}, c.SecurityContext.Capabilities.Drop, name)
		require.NotEmpty(t, c.Resources.Requests["cpu"], name)
		require.NotEmpty(t, c.Resources.Limits["memory"], name)
	}
}

// A pod is asked for its health where it listens, keeps what must outlive it on
// a volume of its own, and has a budget where there are several of it.
func TestKubernetesPodsAreLookedAfter(t *testing.T) {
	kinds := kubernetes(t)
	for name, m := range workloads(kinds) {
		spec := m.Spec.Template.Spec
		c := spec.Containers[0]
		require.GreaterOrEqual(t, spec.GracePeriod, 30, "%s is ended before it has finished", name)
		ports := map[string]int{}
		for _, port := range c.Ports {
			ports[port.Name] = port.ContainerPort
		}
		require.Equal(t, 8080, ports["health"], name)
		require.Equal(t, slices.Contains(c.Args, roles.API), ports["api"] == 8081, name)
		require.Equal(t, "8080", m.Spec.Template.Metadata.Annotations["prometheus.io/port"])
		for path, asked := range map[string][]*probe{"/healthz": {c.Startup, c.Liveness}, "/readyz": {c.Readiness}} {
			for _, p := range asked {
				require.Equal(t, path, p.HTTPGet.Path, name)
				require.Equal(t, "health", p.HTTPGet.Port, name)
			}
		}
		require.Equal(t, slices.ContainsFunc([]string{roles.Tracking, roles.Delivery, roles.Endpoints, roles.Quotas},
			func(role string) bool { return slices.Contains(c.Args, role) }), len(m.Spec.VolumeClaimTemplates) == 1, "%s: state and a volume go together", name)
		volumes := map[string]bool{}
		for _, v := range spec.Volumes {
			volumes[v.Name] = true
		}
		for _, claim := range m.Spec.VolumeClaimTemplates {
			volumes[claim.Metadata.Name] = true
		}
		for _, mount := range c.VolumeMounts {
			require.True(t, volumes[mount.Name], "%s mounts %s, which it has not", name, mount.Name)
			delete(volumes, mount.Name)
		}
		require.Empty(t, volumes, "%s mounts not all of its volumes", name)
	}
}

// Selectors, services, budgets and scales are of pods that there are.
func TestKubernetesSelectsItsPods(t *testing.T) {
	kinds := kubernetes(t)
	pods := workloads(kinds)
	for name, m := range pods {
		labels := m.Spec.Template.Metadata.Labels
		require.Equal(t, map[string]string{"app.kubernetes.io/name": "waybill", "app.kubernetes.io/component": name}, labels)
		require.Equal(t, labels, selected(t, m, "matchLabels"))
		if m.Kind == "StatefulSet" {
			require.Contains(t, kinds["Service"], m.Spec.ServiceName)
		}
		if name != "baselines" { // there is one of it, and nobody waits for it
			require.Equal(t, labels, selected(t, kinds["PodDisruptionBudget"][name], "matchLabels"))
		}
	}
	require.Len(t, kinds["PodDisruptionBudget"], len(pods)-1)
	for name, m := range kinds["Service"] {
		require.Equal(t, pods[name].Spec.Template.Metadata.Labels, selected(t, m, ""))
	}
	for _, m := range kinds["HorizontalPodAutoscaler"] {
		require.Contains(t, kinds[m.Spec.ScaleTargetRef.Kind], m.Spec.ScaleTargetRef.Name)
	}
	monitors, _ := manifests(t, "kubernetes/monitoring")
	require.Equal(t, map[string]string{"app.kubernetes.io/name": "waybill"}, selected(t, monitors[0], "matchLabels"))
}

// selected are the labels that a selector asks for.
func selected(t *testing.T, m manifest, field string) (labels map[string]string) {
	t.Helper()
	if field != "" {
		node := m.Spec.Selector[field]
		require.NoError(t, node.Decode(&labels))
		return labels
	}
	labels = map[string]string{}
	for name, node := range m.Spec.Selector {
		labels[name] = node.Value
	}
	return labels
}

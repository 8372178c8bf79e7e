// Package main is here helm's own: the build lays this file beside helm's command, so that what is served is helm's command itself.
//
// Started as `helm-oracle serve`, it answers requests, one JSON object a line, instead of reading its command line: an answer is a line of
// JSON and then as many bytes of output as the line says. Any other command line is helm's, with the functions of deterministic.go.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	stack "runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/getter"
)

// oracleRequest is either a command line of helm, or a chart whose templates are parsed and executed some times over.
type oracleRequest struct {
	// Directory is the working directory.
	Directory string `json:"directory"`
	// Arguments are those after the program's name.
	Arguments []string `json:"arguments"`
	// Chart is the folder of the chart of a measurement, and Values its values files.
	Chart  string   `json:"chart"`
	Values []string `json:"values"`
	// KubeVersion is the Kubernetes version of a measurement.
	KubeVersion string `json:"kubeVersion"`
	// Times is how often the measurement repeats.
	Times int `json:"times"`
}

type oracleAnswer struct {
	// Error is what follows `Error: `.
	Error string `json:"error,omitempty"`
	Ok    bool   `json:"ok"`
	// Length is the number of bytes of output that follow the line.
	Length int `json:"length"`
	// Load and Engine are nanoseconds of a measurement: everything before the engine, and the engine, each over all times.
	Load   int64 `json:"load,omitempty"`
	Engine int64 `json:"engine,omitempty"`
}

func init() {
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		serveOracle(os.Stdin, os.Stdout)
		os.Exit(0)
	}
}

func serveOracle(in io.Reader, out io.Writer) {
	log.SetOutput(io.Discard)
	var config *action.Configuration
	cobra.OnInitialize(func() {
		_ = config.Init(settings.RESTClientGetter(), settings.Namespace(), "memory", func(string, ...interface{}) {})
	})
	lines, answers := bufio.NewReader(in), bufio.NewWriter(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var request oracleRequest
		var printed bytes.Buffer
		var answer oracleAnswer
		if err := json.Unmarshal(line, &request); err != nil {
			answer.Error = "oracle: " + err.Error()
		} else {
			config = new(action.Configuration)
			answer = request.answer(config, &printed)
		}
		answer.Length = printed.Len()
		header, _ := json.Marshal(answer)
		answers.Write(append(header, '\n'))
		answers.Write(printed.Bytes())
		if answers.Flush() != nil {
			return
		}
	}
}

func (r oracleRequest) answer(config *action.Configuration, out io.Writer) (answer oracleAnswer) {
	defer func() {
		if fault := recover(); fault != nil {
			answer = oracleAnswer{Error: fmt.Sprintf("panic: %v\n%s", fault, stack.Stack())}
		}
	}()
	if r.Directory != "" {
		if err := os.Chdir(r.Directory); err != nil {
			return oracleAnswer{Error: "oracle: " + err.Error()}
		}
	}
	if r.Chart != "" {
		return r.measure()
	}
	// Flags of an earlier request stay in the settings, so each request gets its own.
	settings = cli.New()
	command, err := newRootCmd(config, out, r.Arguments)
	if err == nil {
		command.SetArgs(r.Arguments)
		command.SilenceErrors = true
		command.SetErr(io.Discard)
		err = command.Execute()
	}
	if err != nil {
		return oracleAnswer{Error: err.Error()}
	}
	return oracleAnswer{Ok: true}
}

func (r oracleRequest) measure() oracleAnswer {
	answer := oracleAnswer{Ok: true}
	for range r.Times {
		start := time.Now()
		loaded, input, err := r.load()
		answer.Load += time.Since(start).Nanoseconds()
		if err != nil {
			return oracleAnswer{Error: err.Error()}
		}
		start = time.Now()
		_, err = new(engine.Engine).Render(loaded, input)
		answer.Engine += time.Since(start).Nanoseconds()
		if err != nil {
			return oracleAnswer{Error: err.Error()}
		}
	}
	return answer
}

// load does what stands before the engine in `helm template`.
func (r oracleRequest) load() (*chart.Chart, chartutil.Values, error) {
	loaded, err := loader.Load(r.Chart)
	if err != nil {
		return nil, nil, err
	}
	given, err := (&values.Options{ValueFiles: r.Values}).MergeValues(getter.All(settings))
	if err != nil {
		return nil, nil, err
	}
	if err := chartutil.ProcessDependencies(loaded, given); err != nil {
		return nil, nil, err
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	version, err := chartutil.ParseKubeVersion(r.KubeVersion)
	if err != nil {
		return nil, nil, err
	}
	capabilities.KubeVersion = *version
	options := chartutil.ReleaseOptions{Name: "demo", Namespace: "default", Revision: 1, IsInstall: true}
	input, err := chartutil.ToRenderValues(loaded, given, options, capabilities)
	return loaded, input, err
}

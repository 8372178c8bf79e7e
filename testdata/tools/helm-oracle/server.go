// Package main is here helm's own: the build lays this file and one of helm3.go and helm4.go beside helm's command (and gives them the name of
// its package), so that what is served is helm's command itself.
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
	prepareOracle()
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
			answer = request.answer(&printed)
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

func (r oracleRequest) answer(out io.Writer) (answer oracleAnswer) {
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
	command, err := r.command(out)
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
		render, err := r.load()
		answer.Load += time.Since(start).Nanoseconds()
		if err != nil {
			return oracleAnswer{Error: err.Error()}
		}
		start = time.Now()
		err = render()
		answer.Engine += time.Since(start).Nanoseconds()
		if err != nil {
			return oracleAnswer{Error: err.Error()}
		}
	}
	return answer
}

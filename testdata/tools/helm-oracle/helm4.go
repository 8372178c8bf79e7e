// What the server asks of Helm 4.
package main

import (
	"io"

	"github.com/spf13/cobra"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/cli/values"
	"helm.sh/helm/v4/pkg/engine"
	"helm.sh/helm/v4/pkg/getter"
)

// oracleConfig is that of the request being answered.
var oracleConfig *action.Configuration

func prepareOracle() {
	cobra.OnInitialize(func() {
		_ = oracleConfig.Init(settings.RESTClientGetter(), settings.Namespace(), "memory")
	})
}

// command is helm's own. Flags of an earlier request stay in the settings, so each request gets its own.
func (r oracleRequest) command(out io.Writer) (*cobra.Command, error) {
	settings = cli.New()
	oracleConfig = action.NewConfiguration()
	return newRootCmdWithConfig(oracleConfig, out, r.Arguments, func(bool) {})
}

// load does what stands before the engine in `helm template`, and gives what the engine is to do.
func (r oracleRequest) load() (func() error, error) {
	loaded, err := loader.Load(r.Chart)
	if err != nil {
		return nil, err
	}
	given, err := (&values.Options{ValueFiles: r.Values}).MergeValues(getter.All(settings))
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(loaded, given); err != nil {
		return nil, err
	}
	capabilities := common.DefaultCapabilities.Copy()
	version, err := common.ParseKubeVersion(r.KubeVersion)
	if err != nil {
		return nil, err
	}
	capabilities.KubeVersion = *version
	options := common.ReleaseOptions{Name: "demo", Namespace: "default", Revision: 1, IsInstall: true}
	input, err := commonutil.ToRenderValues(loaded, given, options, capabilities)
	if err != nil {
		return nil, err
	}
	return func() error {
		_, err := new(engine.Engine).Render(loaded, input)
		return err
	}, nil
}

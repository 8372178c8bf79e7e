package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// provider answers what Terraform asks of it. What it was not taught to answer, the nil interface in it does not survive.
type provider struct {
	tfprotov5.ProviderServer
	name   string
	schema *schema
	// What the provider's own block sets.
	config map[string]tftypes.Value
}

// meta is what modules may tell the provider about themselves.
var meta = &block{Attributes: map[string]*attribute{"user_agent": {Type: tftypes.List{ElementType: tftypes.String}, Flags: "o"}}}

func (p *provider) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	made := &tfprotov5.GetMetadataResponse{ServerCapabilities: &tfprotov5.ServerCapabilities{GetProviderSchemaOptional: true}}
	for _, name := range sorted(p.schema.Resources) {
		made.Resources = append(made.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for _, name := range sorted(p.schema.Data) {
		made.DataSources = append(made.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return made, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	made := &tfprotov5.GetProviderSchemaResponse{
		ServerCapabilities: &tfprotov5.ServerCapabilities{GetProviderSchemaOptional: true},
		Provider:           p.schema.Provider.proto(true),
		ProviderMeta:       meta.proto(true),
		ResourceSchemas:    map[string]*tfprotov5.Schema{},
		DataSourceSchemas:  map[string]*tfprotov5.Schema{},
	}
	for name, block := range p.schema.Resources {
		made.ResourceSchemas[name] = block.proto(false)
	}
	for name, block := range p.schema.Data {
		made.DataSourceSchemas[name] = block.proto(false)
	}
	return made, nil
}

func (p *provider) PrepareProviderConfig(_ context.Context, asked *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: asked.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, asked *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	value, err := asked.Config.Unmarshal(p.schema.Provider.objectType())
	if err != nil {
		return nil, err
	}
	p.config = map[string]tftypes.Value{}
	return &tfprotov5.ConfigureProviderResponse{}, value.As(&p.config)
}

func (p *provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (p *provider) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{}, nil
}

func (p *provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (p *provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (p *provider) UpgradeResourceState(_ context.Context, asked *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	ty := p.schema.Resources[asked.TypeName].objectType()
	value, err := asked.RawState.Unmarshal(ty)
	if err != nil {
		return nil, err
	}
	packed, err := tfprotov5.NewDynamicValue(ty, value)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: &packed}, err
}

func (p *provider) ReadResource(_ context.Context, asked *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: asked.CurrentState, Private: asked.Private}, nil
}

func (p *provider) PlanResourceChange(_ context.Context, asked *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	block := p.schema.Resources[asked.TypeName]
	ty := block.objectType()
	prior, err := asked.PriorState.Unmarshal(ty)
	if err != nil {
		return nil, err
	}
	proposed, err := asked.ProposedNewState.Unmarshal(ty)
	if err != nil {
		return nil, err
	}
	planned := proposed
	if prior.IsNull() && !proposed.IsNull() {
		if planned, err = block.unknownWhereComputed(proposed); err != nil {
			return nil, err
		}
		if planned, err = p.withAllTags(block, planned); err != nil {
			return nil, err
		}
	}
	packed, err := tfprotov5.NewDynamicValue(ty, planned)
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: &packed, PlannedPrivate: asked.PriorPrivate, UnsafeToUseLegacyTypeSystem: true}, err
}

func (p *provider) ApplyResourceChange(_ context.Context, asked *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	ty := p.schema.Resources[asked.TypeName].objectType()
	planned, err := asked.PlannedState.Unmarshal(ty)
	if err != nil {
		return nil, err
	}
	made, err := madeUp(asked.TypeName, planned)
	if err != nil {
		return nil, err
	}
	packed, err := tfprotov5.NewDynamicValue(ty, made)
	return &tfprotov5.ApplyResourceChangeResponse{NewState: &packed, Private: asked.PlannedPrivate, UnsafeToUseLegacyTypeSystem: true}, err
}

func (p *provider) ReadDataSource(_ context.Context, asked *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	block := p.schema.Data[asked.TypeName]
	ty := block.objectType()
	config, err := asked.Config.Unmarshal(ty)
	if err != nil {
		return nil, err
	}
	state, err := p.read(asked.TypeName, block, config)
	if err != nil {
		return &tfprotov5.ReadDataSourceResponse{Diagnostics: []*tfprotov5.Diagnostic{{Severity: tfprotov5.DiagnosticSeverityError, Summary: err.Error()}}}, nil
	}
	packed, err := tfprotov5.NewDynamicValue(ty, state)
	return &tfprotov5.ReadDataSourceResponse{State: &packed}, err
}

package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What the stub's account is, and its region where the provider is set to none.
const (
	account       = "123456789012"
	defaultRegion = "eu-west-1"
)

var zones = []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}

// constants are what data sources say that need no configuration.
var constants = map[string]map[string]any{
	"aws_caller_identity":    {"account_id": account, "arn": "arn:aws:iam::" + account + ":user/stub", "user_id": "stub", "id": account},
	"aws_partition":          {"partition": "aws", "dns_suffix": "amazonaws.com", "reverse_dns_prefix": "com.amazonaws", "id": "aws"},
	"aws_availability_zones": {"names": zones, "zone_ids": []string{"euw1-az1", "euw1-az2", "euw1-az3"}, "id": defaultRegion},
	"aws_canonical_user_id":  {"id": "0123456789abcdef", "display_name": "stub"},
}

// region is the one that the provider is set to.
func (p *provider) region() string {
	region := defaultRegion
	if set, has := p.config["region"]; has && set.IsKnown() && !set.IsNull() {
		_ = set.As(&region)
	}
	return region
}

// inRegion is what data sources say of the region that the provider is set to.
func (p *provider) inRegion(ty string) map[string]any {
	if ty != "aws_region" {
		return constants[ty]
	}
	region := p.region()
	return map[string]any{"name": region, "region": region, "id": region, "description": "Some place", "endpoint": "ec2." + region + ".amazonaws.com"}
}

// read answers a data source: by a constant, by what its arguments say, or with something made up.
func (p *provider) read(ty string, b *block, config tftypes.Value) (tftypes.Value, error) {
	state, err := b.unknownWhereComputed(config)
	if err != nil {
		return state, err
	}
	members := map[string]tftypes.Value{}
	if err := state.As(&members); err != nil {
		return state, err
	}
	if ty == "aws_iam_policy_document" {
		if err := policyDocument(members); err != nil {
			return state, err
		}
	}
	for name, constant := range p.inRegion(ty) {
		if attribute := b.Attributes[name]; attribute != nil && !members[name].IsKnown() {
			members[name] = valueOf(attribute.Type, constant)
		}
	}
	// IDs of things are what they are named by.
	if value, has := members["region"]; has && !value.IsKnown() && strings.HasPrefix(ty, "aws_") {
		members["region"] = tftypes.NewValue(tftypes.String, p.region())
	}
	return madeUp(ty, tftypes.NewValue(state.Type(), members))
}

func valueOf(ty tftypes.Type, constant any) tftypes.Value {
	list, is := constant.([]string)
	if !is {
		return tftypes.NewValue(ty, constant)
	}
	items := make([]tftypes.Value, len(list))
	for i, item := range list {
		items[i] = tftypes.NewValue(tftypes.String, item)
	}
	return tftypes.NewValue(ty, items)
}

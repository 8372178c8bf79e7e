package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// unknownWhereComputed is what a provider plans to create: what it sets itself, and nobody else did, is not known yet.
func (b *block) unknownWhereComputed(value tftypes.Value) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	members := map[string]tftypes.Value{}
	if err := value.As(&members); err != nil {
		return value, err
	}
	for name, attribute := range b.Attributes {
		if attribute.computed() && members[name].IsNull() {
			members[name] = tftypes.NewValue(attribute.Type, tftypes.UnknownValue)
		}
	}
	for name, inner := range b.Blocks {
		changed, err := inner.each(members[name], inner.Block.unknownWhereComputed)
		if err != nil {
			return value, err
		}
		members[name] = changed
	}
	return tftypes.NewValue(value.Type(), members), nil
}

// each changes every block under a name.
func (n *nested) each(value tftypes.Value, change func(tftypes.Value) (tftypes.Value, error)) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	switch n.Nesting {
	case "single":
		return change(value)
	case "map":
		var items map[string]tftypes.Value
		if err := value.As(&items); err != nil {
			return value, err
		}
		changed := maps.Clone(items)
		for key, item := range items {
			one, err := change(item)
			if err != nil {
				return value, err
			}
			changed[key] = one
		}
		return tftypes.NewValue(value.Type(), changed), nil
	}
	var items []tftypes.Value
	if err := value.As(&items); err != nil {
		return value, err
	}
	changed := make([]tftypes.Value, len(items))
	for i, item := range items {
		one, err := change(item)
		if err != nil {
			return value, err
		}
		changed[i] = one
	}
	return tftypes.NewValue(value.Type(), changed), nil
}

// withAllTags adds the tags of the provider's default_tags to those of a resource, in tags_all.
func (p *provider) withAllTags(b *block, planned tftypes.Value) (tftypes.Value, error) {
	if b.Attributes["tags"] == nil || b.Attributes["tags_all"] == nil {
		return planned, nil
	}
	members := map[string]tftypes.Value{}
	if err := planned.As(&members); err != nil {
		return planned, err
	}
	all := map[string]tftypes.Value{}
	for _, from := range []tftypes.Value{p.defaultTags(), members["tags"]} {
		if !from.IsKnown() {
			return planned, nil
		}
		tags := map[string]tftypes.Value{}
		if !from.IsNull() {
			if err := from.As(&tags); err != nil {
				return planned, err
			}
		}
		// A tag that is null is none.
		for name, tag := range tags {
			if tag.IsKnown() && tag.IsNull() {
				continue
			}
			all[name] = tag
		}
	}
	members["tags_all"] = tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, all)
	return tftypes.NewValue(planned.Type(), members), nil
}

func (p *provider) defaultTags() tftypes.Value {
	none := tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, nil)
	var blocks []tftypes.Value
	if given, has := p.config["default_tags"]; !has || given.IsNull() || !given.IsKnown() || given.As(&blocks) != nil || len(blocks) == 0 {
		return none
	}
	members := map[string]tftypes.Value{}
	if blocks[0].As(&members) != nil {
		return none
	}
	return members["tags"]
}

// madeUp gives everything a value that is not known, the same each time for the same thing.
func madeUp(ty string, value tftypes.Value) (tftypes.Value, error) {
	seed := fmt.Sprintf("%x", sha256.Sum256([]byte(ty+value.String())))[:12]
	return tftypes.Transform(value, func(path *tftypes.AttributePath, one tftypes.Value) (tftypes.Value, error) {
		if one.IsKnown() {
			return one, nil
		}
		return invented(one.Type(), ty, last(path), seed), nil
	})
}

func last(path *tftypes.AttributePath) string {
	steps := path.Steps()
	for i := len(steps) - 1; i >= 0; i-- {
		if name, is := steps[i].(tftypes.AttributeName); is {
			return string(name)
		}
	}
	return ""
}

func invented(of tftypes.Type, ty, name, seed string) tftypes.Value {
	switch of := of.(type) {
	case tftypes.List:
		return tftypes.NewValue(of, []tftypes.Value{invented(of.ElementType, ty, name, seed)})
	case tftypes.Set:
		return tftypes.NewValue(of, []tftypes.Value{invented(of.ElementType, ty, name, seed)})
	case tftypes.Map:
		return tftypes.NewValue(of, map[string]tftypes.Value{})
	case tftypes.Object:
		members := map[string]tftypes.Value{}
		for member, inner := range of.AttributeTypes {
			members[member] = invented(inner, ty, member, seed)
		}
		return tftypes.NewValue(of, members)
	}
	switch {
	case of.Is(tftypes.Number):
		return tftypes.NewValue(of, big.NewFloat(443))
	case of.Is(tftypes.Bool):
		return tftypes.NewValue(of, false)
	case of.Is(tftypes.DynamicPseudoType):
		return tftypes.NewValue(tftypes.String, name+"-"+seed)
	case strings.HasSuffix(name, "arn"):
		return tftypes.NewValue(of, fmt.Sprintf("arn:aws:stub:%s:%s:%s/%s", defaultRegion, account, ty, seed))
	case strings.Contains(name, "url") || name == "issuer":
		return tftypes.NewValue(of, fmt.Sprintf("https://%s.example.com/%s", name, seed))
	case strings.Contains(name, "cidr"):
		return tftypes.NewValue(of, "10.0.0.0/16")
	}
	return tftypes.NewValue(of, name+"-"+seed)
}

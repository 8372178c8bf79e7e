package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// schema is what a provider has.
type schema struct {
	Provider  *block            `json:"provider"`
	Resources map[string]*block `json:"resources"`
	Data      map[string]*block `json:"data"`
}

// block has attributes and blocks.
type block struct {
	Attributes map[string]*attribute `json:"attributes"`
	Blocks     map[string]*nested    `json:"blocks"`
}

// attribute is a type and what of r(equired), o(ptional), c(omputed) it is.
type attribute struct {
	Type  tftypes.Type
	Flags string
}

// nested is a block inside another.
type nested struct {
	Nesting string `json:"nesting"`
	Min     int64  `json:"min"`
	Max     int64  `json:"max"`
	Block   *block `json:"block"`
}

func readSchema(path string) (*schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	read := &schema{}
	if err := json.Unmarshal(text, read); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return read, nil
}

func (a *attribute) UnmarshalJSON(text []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("an attribute is a type and flags, not %s", text)
	}
	ty, err := readType(parts[0])
	if err != nil {
		return err
	}
	a.Type = ty
	return json.Unmarshal(parts[1], &a.Flags)
}

// readType reads a type as Terraform writes it.
func readType(text json.RawMessage) (tftypes.Type, error) {
	var name string
	if json.Unmarshal(text, &name) == nil {
		simple := map[string]tftypes.Type{"string": tftypes.String, "number": tftypes.Number, "bool": tftypes.Bool, "dynamic": tftypes.DynamicPseudoType}
		if ty, known := simple[name]; known {
			return ty, nil
		}
		return nil, fmt.Errorf("no type is called %q", name)
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) != 2 {
		return nil, fmt.Errorf("no type is written %s", text)
	}
	if err := json.Unmarshal(parts[0], &name); err != nil {
		return nil, err
	}
	if name == "object" {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(parts[1], &members); err != nil {
			return nil, err
		}
		types := map[string]tftypes.Type{}
		for member, text := range members {
			ty, err := readType(text)
			if err != nil {
				return nil, err
			}
			types[member] = ty
		}
		return tftypes.Object{AttributeTypes: types}, nil
	}
	inner, err := readType(parts[1])
	if err != nil {
		return nil, err
	}
	return collection(name, inner)
}

func collection(kind string, of tftypes.Type) (tftypes.Type, error) {
	switch kind {
	case "list":
		return tftypes.List{ElementType: of}, nil
	case "set":
		return tftypes.Set{ElementType: of}, nil
	case "map":
		return tftypes.Map{ElementType: of}, nil
	case "single":
		return of, nil
	}
	return nil, fmt.Errorf("nothing nests as a %q", kind)
}

// objectType is the type of a block's values.
func (b *block) objectType() tftypes.Object {
	types := map[string]tftypes.Type{}
	for name, attribute := range b.Attributes {
		types[name] = attribute.Type
	}
	for name, inner := range b.Blocks {
		ty, err := collection(inner.Nesting, inner.Block.objectType())
		if err != nil {
			panic(err)
		}
		types[name] = ty
	}
	return tftypes.Object{AttributeTypes: types}
}

func sorted[V any](from map[string]V) []string {
	names := make([]string, 0, len(from))
	for name := range from {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// proto is the schema as the protocol has it. A provider's own attributes are all optional: no credentials are needed here.
func (b *block) proto(own bool) *tfprotov5.Schema {
	return &tfprotov5.Schema{Block: b.protoBlock(own)}
}

var nestings = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"list":   tfprotov5.SchemaNestedBlockNestingModeList,
	"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
	"map":    tfprotov5.SchemaNestedBlockNestingModeMap,
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
}

func (b *block) protoBlock(own bool) *tfprotov5.SchemaBlock {
	made := &tfprotov5.SchemaBlock{}
	for _, name := range sorted(b.Attributes) {
		attribute := b.Attributes[name]
		required := strings.Contains(attribute.Flags, "r") && !own
		made.Attributes = append(made.Attributes, &tfprotov5.SchemaAttribute{
			Name:     name,
			Type:     attribute.Type,
			Required: required,
			Optional: !required && (own || strings.Contains(attribute.Flags, "o")),
			Computed: attribute.computed() && !own,
		})
	}
	for _, name := range sorted(b.Blocks) {
		inner := b.Blocks[name]
		made.BlockTypes = append(made.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name,
			Block:    inner.Block.protoBlock(own),
			Nesting:  nestings[inner.Nesting],
			MinItems: inner.Min,
			MaxItems: inner.Max,
		})
	}
	return made
}

func (a *attribute) computed() bool { return strings.Contains(a.Flags, "c") }

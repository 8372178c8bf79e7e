package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const defaultVersion = "2012-10-17"

// document is a policy as the provider's data source makes it: members in this order, empty ones left out.
type document struct {
	Version    string       `json:",omitempty"`
	ID         string       `json:"Id,omitempty"`
	Statements []*statement `json:"Statement,omitempty"`
}

type statement struct {
	Sid          string     `json:",omitempty"`
	Effect       string     `json:",omitempty"`
	Action       any        `json:",omitempty"`
	NotAction    any        `json:",omitempty"`
	Resource     any        `json:",omitempty"`
	NotResource  any        `json:",omitempty"`
	Principal    principals `json:",omitempty"`
	NotPrincipal principals `json:",omitempty"`
	Condition    conditions `json:",omitempty"`
}

type principals []principal

type principal struct {
	kind string
	ids  []string
	// alone is true of one identifier, which stands without a list.
	alone bool
}

type conditions []condition

type condition struct {
	test, variable string
	values         []string
	alone          bool
}

// policyDocument answers aws_iam_policy_document.
func policyDocument(members map[string]tftypes.Value) error {
	made := &document{}
	for _, source := range texts(members["source_policy_documents"]) {
		if err := made.merge(source, false); err != nil {
			return err
		}
	}
	own := &document{ID: text(members["policy_id"]), Version: text(members["version"])}
	if own.Version == "" {
		own.Version = defaultVersion
	}
	seen := map[string]bool{}
	for i, block := range objects(members["statement"]) {
		read, err := readStatement(block, own.Version)
		if err != nil {
			return fmt.Errorf("statement %d: %w", i, err)
		}
		if read.Sid != "" && seen[read.Sid] {
			return fmt.Errorf("duplicate Sid (%s)", read.Sid)
		}
		seen[read.Sid] = true
		own.Statements = append(own.Statements, read)
	}
	made.add(own)
	for _, over := range texts(members["override_policy_documents"]) {
		if err := made.merge(over, true); err != nil {
			return err
		}
	}
	plain, err := json.Marshal(made)
	if err != nil {
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, plain, "", "  "); err != nil {
		return err
	}
	members["version"] = tftypes.NewValue(tftypes.String, own.Version)
	members["json"] = tftypes.NewValue(tftypes.String, pretty.String())
	members["minified_json"] = tftypes.NewValue(tftypes.String, string(plain))
	return nil
}

// merge takes a document in JSON. Sids of sources must differ, those of overrides replace.
func (d *document) merge(source string, replaces bool) error {
	if source == "" {
		return nil
	}
	read := &document{}
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(source), &raw); err != nil {
		return err
	}
	read.Version, read.ID = raw.Version, raw.ID
	if len(raw.Statement) > 0 {
		if raw.Statement[0] == '{' {
			raw.Statement = append(append([]byte("["), raw.Statement...), ']')
		}
		if err := json.Unmarshal(raw.Statement, &read.Statements); err != nil {
			return err
		}
	}
	if !replaces {
		for _, one := range read.Statements {
			if one.Sid != "" && slices.ContainsFunc(d.Statements, func(known *statement) bool { return known.Sid == one.Sid }) {
				return fmt.Errorf("duplicate Sid (%s) in source_policy_documents", one.Sid)
			}
		}
	}
	d.add(read)
	return nil
}

// add takes the statements of another document: one with a known Sid takes the place of that.
func (d *document) add(other *document) {
	if other.ID != "" {
		d.ID = other.ID
	}
	if other.Version > d.Version {
		d.Version = other.Version
	}
	for _, one := range other.Statements {
		at := -1
		if one.Sid != "" {
			at = slices.IndexFunc(d.Statements, func(known *statement) bool { return known.Sid == one.Sid })
		}
		if at >= 0 {
			d.Statements[at] = one
		} else {
			d.Statements = append(d.Statements, one)
		}
	}
}

func readStatement(block map[string]tftypes.Value, version string) (*statement, error) {
	made := &statement{Sid: text(block["sid"]), Effect: text(block["effect"])}
	if made.Effect == "" {
		made.Effect = "Allow"
	}
	made.Action = oneOrMany(texts(block["actions"]))
	made.NotAction = oneOrMany(texts(block["not_actions"]))
	for _, part := range []struct {
		from string
		to   *any
	}{{"resources", &made.Resource}, {"not_resources", &made.NotResource}} {
		list, err := replaced(texts(block[part.from]), version)
		if err != nil {
			return nil, err
		}
		*part.to = oneOrMany(list)
	}
	for _, part := range []struct {
		from string
		to   *principals
	}{{"principals", &made.Principal}, {"not_principals", &made.NotPrincipal}} {
		for _, one := range objects(block[part.from]) {
			ids, err := replaced(texts(one["identifiers"]), version)
			if err != nil {
				return nil, err
			}
			*part.to = append(*part.to, principal{text(one["type"]), backwards(ids), len(ids) == 1})
		}
	}
	for _, one := range objects(block["condition"]) {
		values, err := replaced(texts(one["values"]), version)
		if err != nil {
			return nil, err
		}
		variable, err := replaced([]string{text(one["variable"])}, version)
		if err != nil {
			return nil, err
		}
		made.Condition = append(made.Condition, condition{text(one["test"]), variable[0], values, len(values) == 1})
	}
	return made, nil
}

// replaced writes the variables of policies, which a configuration writes as &{…}.
func replaced(list []string, version string) ([]string, error) {
	made := slices.Clone(list)
	for i, one := range made {
		if version == "2008-10-17" && strings.Contains(one, "&{") {
			return nil, fmt.Errorf("found &{ sequence in (%s), which is not supported in document version 2008-10-17", one)
		}
		made[i] = strings.ReplaceAll(one, "&{", "${")
	}
	return made, nil
}

func oneOrMany(list []string) any {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return backwards(list)
}

func backwards(list []string) []string {
	made := slices.Clone(list)
	slices.Sort(made)
	slices.Reverse(made)
	return made
}

// MarshalJSON writes principals by their type; everybody is a star.
func (p principals) MarshalJSON() ([]byte, error) {
	made := map[string]any{}
	for _, one := range p {
		if one.kind == "*" && len(one.ids) == 1 && one.ids[0] == "*" {
			return []byte(`"*"`), nil
		}
		if had, has := made[one.kind]; has || !one.alone {
			made[one.kind] = append(many(had), one.ids...)
		} else {
			made[one.kind] = one.ids[0]
		}
	}
	return json.Marshal(made)
}

// UnmarshalJSON reads principals: a star, or one or many identifiers by type.
func (p *principals) UnmarshalJSON(from []byte) error {
	var star string
	if json.Unmarshal(from, &star) == nil {
		*p = principals{{"*", []string{"*"}, true}}
		return nil
	}
	var raw map[string]any
	if err := json.Unmarshal(from, &raw); err != nil {
		return err
	}
	for _, kind := range sorted(raw) {
		_, alone := raw[kind].(string)
		*p = append(*p, principal{kind, backwards(many(raw[kind])), alone})
	}
	return nil
}

// MarshalJSON writes conditions by test and variable.
func (c conditions) MarshalJSON() ([]byte, error) {
	made := map[string]map[string]any{}
	for _, one := range c {
		if made[one.test] == nil {
			made[one.test] = map[string]any{}
		}
		if had, has := made[one.test][one.variable]; has || !one.alone {
			made[one.test][one.variable] = append(many(had), one.values...)
		} else {
			made[one.test][one.variable] = one.values[0]
		}
	}
	return json.Marshal(made)
}

// UnmarshalJSON reads conditions; values that are no text become it.
func (c *conditions) UnmarshalJSON(from []byte) error {
	var raw map[string]map[string]any
	if err := json.Unmarshal(from, &raw); err != nil {
		return err
	}
	for _, test := range sorted(raw) {
		for _, variable := range sorted(raw[test]) {
			_, isList := raw[test][variable].([]any)
			*c = append(*c, condition{test, variable, many(raw[test][variable]), !isList})
		}
	}
	return nil
}

func many(value any) []string {
	made := []string{}
	switch value := value.(type) {
	case nil:
	case []string:
		return value
	case []any:
		for _, one := range value {
			made = append(made, fmt.Sprint(one))
		}
	default:
		made = append(made, fmt.Sprint(value))
	}
	return made
}

func text(value tftypes.Value) string {
	var read string
	if value.IsKnown() && !value.IsNull() {
		_ = value.As(&read)
	}
	return read
}

func items(value tftypes.Value) []tftypes.Value {
	var read []tftypes.Value
	if value.Type() != nil && value.IsKnown() && !value.IsNull() {
		_ = value.As(&read)
	}
	return read
}

func texts(value tftypes.Value) []string {
	var made []string
	for _, one := range items(value) {
		made = append(made, text(one))
	}
	return made
}

func objects(value tftypes.Value) []map[string]tftypes.Value {
	var made []map[string]tftypes.Value
	for _, one := range items(value) {
		members := map[string]tftypes.Value{}
		if one.As(&members) == nil {
			made = append(made, members)
		}
	}
	return made
}

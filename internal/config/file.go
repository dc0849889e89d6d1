package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Schema is the JSON Schema (draft 2020-12) of the configuration file, made from the table of settings.
func Schema() []byte {
	properties := map[string]any{}
	for _, s := range settings {
		property := map[string]any{"description": s.Help}
		for keyword, v := range s.Form.Schema {
			property[keyword] = v
		}
		properties[s.Name] = property
	}
	schema, err := json.MarshalIndent(map[string]any{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "Hearken configuration",
		"type":                 "object",
		"properties":           properties,
		"additionalProperties": false,
	}, "", "  ")
	if err != nil {
		panic(err) // the table holds only strings, numbers and lists
	}
	return schema
}

// parseFile reads the configuration file into the text of each setting it has. All faults are reported,
// by setting, without their values.
func parseFile(src []byte) (map[string]string, error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var document any
	if err := dec.Decode(&document); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("not JSON: something follows the object")
	}
	schema, err := jsonschema.CompileString("hearken-configuration.json", string(Schema()))
	if err != nil {
		return nil, fmt.Errorf("the schema of the configuration: %w", err)
	}
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(document); errors.As(err, &invalid) {
		return nil, errors.Join(fileFaults(invalid)...)
	} else if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for name, v := range document.(map[string]any) {
		texts[name] = textOf(v)
	}
	return texts, nil
}

// fileFaults puts the leaves of the validator's tree into words of ours: the validator's may repeat the value,
// which may be secret.
func fileFaults(invalid *jsonschema.ValidationError) []error {
	if len(invalid.Causes) > 0 {
		var faults []error
		for _, cause := range invalid.Causes {
			faults = append(faults, fileFaults(cause)...)
		}
		return faults
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(invalid.InstanceLocation, "/"), "/")
	if s := settingNamed(name); s != nil {
		return []error{fmt.Errorf("%s: not %s", name, s.Form.Words)}
	}
	return []error{errors.New(invalid.Message)} // an unknown key, or not an object at all
}

// textOf writes a value of the file as the command line would have it.
func textOf(v any) string {
	if list, ok := v.([]any); ok {
		var texts []string
		for _, item := range list {
			texts = append(texts, textOf(item))
		}
		return strings.Join(texts, listSeparator)
	}
	return fmt.Sprint(v)
}

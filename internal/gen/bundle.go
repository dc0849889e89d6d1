package gen

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// source is everything read from the bundles, by resource type, in published order.
type source struct {
	structures   []structureDefinition
	profiles     []structureDefinition
	extensions   []structureDefinition
	parameters   []searchParameter
	compartments []compartmentDefinition
	operations   []operationDefinition
	valueSets    map[string]valueSet
	codeSystems  map[string]codeSystem
	published    published
}

// readSource reads the bundles of a folder laid out as hl7.fhir.r4.core's.
func readSource(dir string) (*source, error) {
	src := &source{valueSets: map[string]valueSet{}, codeSystems: map[string]codeSystem{}}
	for _, file := range []struct {
		name string
		into map[string]func(json.RawMessage) error
	}{
		{"profiles-types.json", map[string]func(json.RawMessage) error{"StructureDefinition": appendTo(&src.structures)}},
		{"profiles-resources.json", map[string]func(json.RawMessage) error{"StructureDefinition": appendTo(&src.structures)}},
		{"profiles-others.json", map[string]func(json.RawMessage) error{"StructureDefinition": appendTo(&src.profiles)}},
		{"extension-definitions.json", map[string]func(json.RawMessage) error{"StructureDefinition": appendTo(&src.extensions)}},
		{"search-parameters.json", map[string]func(json.RawMessage) error{"SearchParameter": appendTo(&src.parameters)}},
		{"compartment-definitions.json", map[string]func(json.RawMessage) error{"CompartmentDefinition": appendTo(&src.compartments)}},
		{"operation-definitions.json", map[string]func(json.RawMessage) error{"OperationDefinition": appendTo(&src.operations)}},
		{"valuesets.json", src.terminology()},
		{"v3-codesystems.json", src.terminology()},
		{"v2-tables.json", src.terminology()},
		{"conceptmaps.json", src.terminology()},
	} {
		if err := readBundle(filepath.Join(dir, file.name), file.into); err != nil {
			return nil, err
		}
	}
	return src, nil
}

func (src *source) terminology() map[string]func(json.RawMessage) error {
	return map[string]func(json.RawMessage) error{
		"ValueSet":   both(byURL(src.valueSets, func(v valueSet) string { return v.URL }), appendTo(&src.published.valueSets)),
		"CodeSystem": both(byURL(src.codeSystems, func(c codeSystem) string { return c.URL }), appendTo(&src.published.codeSystems)),
		"ConceptMap": appendTo(&src.published.conceptMaps),
	}
}

// readBundle hands each resource of a Bundle to the function for its type; types without one
// are passed over.
func readBundle(path string, into map[string]func(json.RawMessage) error) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var bundle struct {
		Entry []struct{ Resource json.RawMessage }
	}
	if err := json.Unmarshal(data, &bundle); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for i, entry := range bundle.Entry {
		var head struct{ ResourceType string }
		if err := json.Unmarshal(entry.Resource, &head); err != nil {
			return fmt.Errorf("%s: entry %d: %w", path, i, err)
		}
		if read := into[head.ResourceType]; read != nil {
			if err := read(entry.Resource); err != nil {
				return fmt.Errorf("%s: entry %d: %w", path, i, err)
			}
		}
	}
	return nil
}

func appendTo[T any](list *[]T) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		var one T
		err := json.Unmarshal(raw, &one)
		*list = append(*list, one)
		return err
	}
}

func byURL[T any](all map[string]T, url func(T) string) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		var one T
		err := json.Unmarshal(raw, &one)
		all[url(one)] = one
		return err
	}
}

// both hands a resource to two readers.
func both(first, second func(json.RawMessage) error) func(json.RawMessage) error {
	return func(raw json.RawMessage) error { return errors.Join(first(raw), second(raw)) }
}

// extension is a FHIR extension, with the value types the definitions use.
type extension struct {
	URL            string
	ValueURL       string `json:"valueUrl"`
	ValueString    string
	ValueCanonical string
	ValueBoolean   bool
}

// findExtension gives the extension of a URL below the HL7 prefix, or a zero one.
func findExtension(extensions []extension, name string) extension {
	for _, ext := range extensions {
		if ext.URL == structureURL+name {
			return ext
		}
	}
	return extension{}
}

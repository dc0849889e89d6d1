package app_test

import (
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"testing"

	"hearken/profiles"
)

// Every profile of ours has its schema at its address, in the form that is asked for.
func TestJSONSchema_Profiles(t *testing.T) {
	s := start(t, nil)
	files, err := fs.Glob(profiles.Files, "package/StructureDefinition-*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("Glob = %q, %v, want our profiles", files, err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(strings.TrimPrefix(path.Base(file), "StructureDefinition-"), ".json")
		r := s.must(200, "GET /StructureDefinition/"+id+"/$json-schema", "", "Accept: application/schema+json")
		var schema struct {
			ID string `json:"$id"`
		}
		if err := json.Unmarshal(r.body, &schema); err != nil || schema.ID != profiles.Base+"/StructureDefinition/"+id+"/$json-schema" {
			t.Errorf("the schema of %s has $id %q, %v", id, schema.ID, err)
		}
	}
}

func TestJSONSchema_Forms(t *testing.T) {
	s := start(t, nil)
	const line = "GET /StructureDefinition/urgent-care-plan/$json-schema"
	for _, row := range []struct {
		name, line, accept, mediaType string
		status                        int
	}{
		{"as it is", line, "application/schema+json", "application/schema+json", 200},
		{"anything", line, "*/*", "application/schema+json", 200},
		{"JSON", line, "application/json", "application/schema+json", 200},
		{"HEAD", "HEAD" + line[3:], "*/*", "application/schema+json", 200},
		{"as a resource", line, "application/fhir+json", "application/fhir+json; charset=utf-8", 200},
		{"as a resource by _format", line + "?_format=json", "", "application/fhir+json; charset=utf-8", 200},
		{"of a profile nobody has", "GET /StructureDefinition/absent/$json-schema", "*/*", "application/fhir+json; charset=utf-8", 404},
		{"of another type", "GET /Patient/urgent-care-plan/$json-schema", "*/*", "application/fhir+json; charset=utf-8", 404},
		{"DELETE", "DELETE" + line[3:], "*/*", "application/fhir+json; charset=utf-8", 405},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send(row.line, "", "Accept: "+row.accept)
			if got := r.header.Get("Content-Type"); r.status != row.status || got != row.mediaType {
				t.Errorf("%s, Accept %q = %d %s, want %d %s", row.line, row.accept, r.status, got, row.status, row.mediaType)
			}
		})
	}
}

// In a Bundle everything is a resource: the schema comes in a Binary.
func TestJSONSchema_InBatch(t *testing.T) {
	s := start(t, nil)
	r := s.must(200, "POST /", `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"StructureDefinition/cpr-decision/$json-schema"}}]}`)
	var bundle struct {
		Entry []struct {
			Resource struct {
				ResourceType, ContentType, Data string
			}
		}
	}
	if err := json.Unmarshal(r.body, &bundle); err != nil || len(bundle.Entry) != 1 {
		t.Fatalf("batch = %s, %v", r.body, err)
	}
	got := bundle.Entry[0].Resource
	text, err := base64.StdEncoding.DecodeString(got.Data)
	if got.ResourceType != "Binary" || got.ContentType != "application/schema+json" || err != nil || !json.Valid(text) {
		t.Errorf("the entry has a %s of %q, %v, want a Binary with the schema", got.ResourceType, got.ContentType, err)
	}
}

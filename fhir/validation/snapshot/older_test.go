package snapshot_test

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// Some cases were written for STU3 or before: they say the value set of a binding in its way, or have
// examples that are not valid. older puts that right, so that the strict reader takes them; nothing that a
// snapshot depends on is touched.
func older(data []byte) []byte {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		var resource map[string]any
		if json.Unmarshal(data, &resource) != nil {
			return data
		}
		delete(resource, "baseType")
		delete(resource, "fhirVersion")
		rewritten, err := json.Marshal(modern(resource))
		if err != nil {
			return data
		}
		return rewritten
	}
	data = valueSetReference.ReplaceAll(data, []byte(`<valueSet value="$1"/>`))
	return bytes.ReplaceAll(data, []byte("<valueSetUri "), []byte("<valueSet "))
}

var valueSetReference = regexp.MustCompile(`(?s)<valueSetReference>\s*<reference value="([^"]*)"\s*/>.*?</valueSetReference>`)

func modern(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if reference, ok := v["valueSetReference"].(map[string]any); ok {
			v["valueSet"] = reference["reference"]
			delete(v, "valueSetReference")
		}
		if uri, ok := v["valueSetUri"]; ok {
			v["valueSet"] = uri
			delete(v, "valueSetUri")
		}
		delete(v, "example")
		for name := range v {
			modern(v[name])
		}
	case []any:
		for _, item := range v {
			modern(item)
		}
	}
	return value
}

package searchtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"hearken/fhir"
)

// Resource is one resource of a load.
type Resource struct {
	Key  fhir.Key
	JSON []byte
}

// Step is one load or one search of a script.
type Step struct {
	Line    int
	Load    []Resource // of a load
	Request string     // of a search: "Patient?given=eve"
	Lenient bool       // ask for handling=lenient
	Want    Want
}

// Want is what a search must come to.
type Want struct {
	Refused  bool
	Ordered  bool
	Matches  []fhir.Key
	Included []fhir.Key
	Total    int // -1 when the script does not say
}

// Parse reads a script.
func Parse(text string) ([]Step, error) {
	var steps []Step
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " ")
		step, next := Step{Line: i + 1}, blockEnd(lines, i+1)
		var err error
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case line == "load":
			for next = i + 1; next < len(lines) && strings.TrimSpace(lines[next]) != ""; {
				next++
			}
			step.Load, err = readResources(strings.Join(lines[i+1:next], "\n"))
		case strings.HasPrefix(line, "search "):
			step.Request, step.Lenient = strings.CutPrefix(line[len("search "):], "[lenient] ")
			step.Want, err = readWant(step.Request, lines[i+1:next])
		default:
			err = fmt.Errorf("neither load nor search")
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", step.Line, err)
		}
		steps = append(steps, step)
		i = next - 1
	}
	return steps, nil
}

// blockEnd is the first line from start on that is not indented.
func blockEnd(lines []string, start int) int {
	for start < len(lines) && strings.HasPrefix(lines[start], " ") {
		start++
	}
	return start
}

func readResources(text string) ([]Resource, error) {
	var resources []Resource
	decoder := json.NewDecoder(strings.NewReader(text))
	for decoder.More() {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, err
		}
		var head struct{ ResourceType, ID string }
		if err := json.Unmarshal(raw, &head); err != nil {
			return nil, err
		}
		key := fhir.Key{Type: fhir.Type(head.ResourceType), ID: fhir.ID(head.ID)}
		if key.Type == "" || !key.ID.Valid() {
			return nil, fmt.Errorf("a resource without type and id: %s", bytes.TrimSpace(raw))
		}
		resources = append(resources, Resource{key, raw})
	}
	return resources, nil
}

func readWant(request string, lines []string) (Want, error) {
	want := Want{Total: -1}
	if len(lines) == 0 {
		return want, fmt.Errorf("a search without expectation")
	}
	path, _, _ := strings.Cut(request, "?")
	segments := strings.Split(path, "/")
	searched := fhir.Type(segments[len(segments)-1])
	for _, line := range lines {
		line = strings.TrimSpace(line)
		switch number, isTotal := strings.CutPrefix(line, "total "); {
		case line == "refused":
			want.Refused = true
		case line == "none":
		case isTotal:
			n, err := strconv.Atoi(number)
			if err != nil {
				return want, err
			}
			want.Total = n
		default:
			line, want.Ordered = strings.CutPrefix(line, "= ")
			matches, included, _ := strings.Cut(line, "+")
			want.Matches = append(want.Matches, readKeys(searched, matches)...)
			want.Included = append(want.Included, readKeys(searched, included)...)
		}
	}
	return want, nil
}

// readKeys reads "Type/id" and, where one type is searched, "id".
func readKeys(searched fhir.Type, text string) []fhir.Key {
	var keys []fhir.Key
	for word := range strings.FieldsSeq(text) {
		key := fhir.Key{Type: searched, ID: fhir.ID(word)}
		if typ, id, found := strings.Cut(word, "/"); found {
			key = fhir.Key{Type: fhir.Type(typ), ID: fhir.ID(id)}
		}
		keys = append(keys, key)
	}
	return keys
}

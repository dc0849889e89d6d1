package storetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Types are the resource types of the synthetic world. Every one has the same parameters.
var Types = []fhir.Type{"CarePlan", "Observation", "Patient", "Practitioner"}

// World is what the synthetic resources are made of: parameters, and contents that bodies name by number. It is safe
// for concurrent use.
type World struct {
	mu         sync.Mutex
	parameters map[fhir.Type]map[string]*query.Parameter
	contents   []Content
}

// Content is what a synthetic resource says: its values under the codes of parameters, and its compartments.
type Content struct {
	Values       map[string][]query.Value
	Compartments []fhir.Key
}

// kinds are the parameters every type has, by code.
var kinds = map[string]query.Kind{
	"number": query.KindNumber, "date": query.KindDate, "string": query.KindString, "token": query.KindToken,
	"reference": query.KindReference, "other": query.KindReference, "composite": query.KindComposite,
	"quantity": query.KindQuantity, "uri": query.KindURI, "special": query.KindSpecial, query.AccessCode: query.KindToken,
}

// codesOfKinds are the codes in an order that is always the same.
var codesOfKinds = slices.Sorted(maps.Keys(kinds))

// NewWorld makes a world with one parameter of each kind for every type, and the intrinsic ones.
func NewWorld() *World {
	w := &World{parameters: map[fhir.Type]map[string]*query.Parameter{}}
	for _, name := range Types {
		w.parameters[name] = map[string]*query.Parameter{
			"_id":          {Base: name, Code: "_id", Kind: query.KindToken, Intrinsic: query.IntrinsicID},
			"_lastUpdated": {Base: name, Code: "_lastUpdated", Kind: query.KindDate, Intrinsic: query.IntrinsicLastUpdated},
		}
		for _, code := range codesOfKinds {
			w.Redefine(name, code)
		}
	}
	return w
}

// definitions counts the parameters defined, so that no two have one identity.
var definitions struct {
	sync.Mutex
	n uint32
}

// Redefine gives a parameter a new identity, as a change of its definition does. The old pointer is dead.
func (w *World) Redefine(t fhir.Type, code string) *query.Parameter {
	definitions.Lock()
	definitions.n++
	n := definitions.n
	definitions.Unlock()
	p := &query.Parameter{Base: t, Code: code, Kind: kinds[code], Targets: Types}
	copy(p.Identity[:], fmt.Sprintf("%08x%8.8s", n, code))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parameters[t][code] = p
	return p
}

// Remove takes a parameter away.
func (w *World) Remove(t fhir.Type, code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.parameters[t], code)
}

// Parameter is a type's parameter; nil when it was removed.
func (w *World) Parameter(t fhir.Type, code string) *query.Parameter {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.parameters[t][code]
}

// Parameters are those of all types.
func (w *World) Parameters() []*query.Parameter {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []*query.Parameter
	for _, name := range Types {
		for _, code := range slices.Sorted(maps.Keys(w.parameters[name])) {
			all = append(all, w.parameters[name][code])
		}
	}
	return all
}

// Add keeps a content and gives its number.
func (w *World) Add(c Content) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.contents = append(w.contents, c)
	return len(w.contents) - 1
}

// Index is a content's index under the parameters as they are now.
func (w *World) Index(t fhir.Type, content int) query.Index {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.contents[content]
	index := query.Index{Compartments: c.Compartments}
	for _, code := range slices.Sorted(maps.Keys(c.Values)) {
		p := w.parameters[t][code]
		if p == nil {
			continue
		}
		for _, v := range c.Values[code] {
			index.Entries = append(index.Entries, query.Entry{Parameter: p, Value: v})
		}
	}
	return index
}

// body is the JSON of a synthetic resource.
type body struct {
	ResourceType fhir.Type `json:"resourceType"`
	ID           fhir.ID   `json:"id"`
	Meta         struct {
		VersionID   string `json:"versionId"`
		LastUpdated string `json:"lastUpdated"`
	} `json:"meta"`
	Content int `json:"content"`
}

// stamp makes the body of a version.
func stamp(key fhir.Key, content int) func(fhir.VersionID, time.Time) []byte {
	return func(version fhir.VersionID, at time.Time) []byte {
		b := body{ResourceType: key.Type, ID: key.ID, Content: content}
		b.Meta.VersionID, b.Meta.LastUpdated = version.String(), fhir.FormatInstant(at)
		data, err := json.Marshal(b)
		if err != nil {
			panic(err) // a struct of strings and a number
		}
		return data
	}
}

// Extract is the world's store.Extractor.
func (w *World) Extract(key fhir.Key, data []byte) (query.Index, error) {
	var b body
	if err := json.Unmarshal(data, &b); err != nil {
		return query.Index{}, err
	}
	return w.Index(key.Type, b.Content), nil
}

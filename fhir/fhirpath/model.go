package fhirpath

import (
	"sync"

	"hearken/fhir/definition"
)

// model is what the engine keeps about a definition.Set: the numbers of the names it
// looks for itself, and which structures are of a type.
type model struct {
	set       *definition.Set
	extension definition.NameID
	url       definition.NameID
	id        definition.NameID
	contained definition.NameID
	reference definition.NameID

	mutex sync.Mutex
	types map[typeKey][]bool
}

type typeKey struct {
	structure *definition.Structure
	exact     bool
}

// models holds one model per Set: a process has a handful of them, for as long as it lives.
var models sync.Map

func modelOf(set *definition.Set) *model {
	if m, ok := models.Load(set); ok {
		return m.(*model)
	}
	m, _ := models.LoadOrStore(set, &model{
		set:       set,
		extension: set.NameID("extension"),
		url:       set.NameID("url"),
		id:        set.NameID("id"),
		contained: set.NameID("contained"),
		reference: set.NameID("reference"),
		types:     map[typeKey][]bool{},
	})
	return m.(*model)
}

// members tells by Structure.Index which structures are a type: itself alone when exact, its
// specialisations too otherwise. The table is shared and must not be changed.
func (m *model) members(of *definition.Structure, exact bool) []bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	key := typeKey{of, exact}
	table := m.types[key]
	if table == nil {
		table = make([]bool, len(m.set.Structures()))
		for i, s := range m.set.Structures() {
			table[i] = s == of || !exact && s.IsA(of.Name)
		}
		m.types[key] = table
	}
	return table
}

package r4

import (
	_ "embed" // the tables
	"sync"

	"hearken/fhir/definition"
)

// Version is the FHIR version of the definitions.
const Version = "4.0.1"

var (
	//go:embed tables/structures.tsv
	structuresTable string
	//go:embed tables/constraints.tsv
	constraintsTable string
	//go:embed tables/search-parameters.tsv
	searchParametersTable string
	//go:embed tables/compartments.tsv
	compartmentsTable string
	//go:embed tables/operations.tsv
	operationsTable string
	//go:embed tables/code-lists.tsv
	codeListsTable string
)

var definitions = sync.OnceValue(func() *definition.Set {
	set, err := definition.NewSet(Facts())
	if err != nil {
		panic("r4: the embedded tables do not link: " + err.Error())
	}
	return set
})

// Definitions gives the definitions of FHIR R4, linked. The first call reads the tables; all
// calls give the same Set, which nobody may change.
func Definitions() *definition.Set { return definitions() }

// Facts reads the tables afresh, for those who want to add definitions of their own before
// linking (definition.NewSet). The strings share the memory of the embedded tables.
func Facts() definition.Facts {
	return definition.Facts{
		Version:          Version,
		Structures:       readStructures(structuresTable, readConstraints(constraintsTable)),
		SearchParameters: readSearchParameters(searchParametersTable),
		Compartments:     readCompartments(compartmentsTable),
		Operations:       readOperations(operationsTable),
		CodeLists:        readCodeLists(codeListsTable),
	}
}

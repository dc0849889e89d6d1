package gen

import "fmt"

// Compressed are the tables that are kept as "name.gz": too large to be kept as they are.
var Compressed = map[string]bool{"terminology.tsv": true, "guide.tsv": true}

// Tables reads the bundles of a folder (see readSource) and gives the tables of fhir/r4 as file
// name → content. The error names the first fact that cannot be written.
func Tables(dir string) (map[string]string, error) {
	src, err := readSource(dir)
	if err != nil {
		return nil, fmt.Errorf("gen: %w", err)
	}
	constraints := newConstraintTable()
	files := map[string]string{}
	for _, table := range []struct {
		name  string
		write func() (string, error)
	}{
		{"structures.tsv", func() (string, error) { return structuresTable(src, constraints) }},
		{"constraints.tsv", constraints.table},
		{"search-parameters.tsv", func() (string, error) { return searchParametersTable(src) }},
		{"compartments.tsv", func() (string, error) { return compartmentsTable(src) }},
		{"operations.tsv", func() (string, error) { return operationsTable(src) }},
		{"code-lists.tsv", func() (string, error) { return codeListsTable(src) }},
		{"terminology.tsv", func() (string, error) { return terminologyTable(src) }},
		{"guide.tsv", func() (string, error) { return guideTable(src) }},
	} {
		if files[table.name], err = table.write(); err != nil {
			return nil, fmt.Errorf("gen: %s: %w", table.name, err)
		}
	}
	return files, nil
}

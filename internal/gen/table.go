package gen

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
)

// Prefixes of canonicals that the tables leave out: a name without "://" has one of them.
const (
	structureURL = "http://hl7.org/fhir/StructureDefinition/"
	valueSetURL  = "http://hl7.org/fhir/ValueSet/"
	parameterURL = "http://hl7.org/fhir/SearchParameter/"
	operationURL = "http://hl7.org/fhir/OperationDefinition/"
	compartURL   = "http://hl7.org/fhir/CompartmentDefinition/"
)

// table is a text of rows: one a line, columns separated by tabs, empty columns at the end left out.
type table struct{ text strings.Builder }

func (t *table) row(columns ...string) error {
	for len(columns) > 0 && columns[len(columns)-1] == "" {
		columns = columns[:len(columns)-1]
	}
	for _, column := range columns {
		if strings.ContainsAny(column, "\t\n\r") {
			return fmt.Errorf("a tab or line break in %q", column)
		}
	}
	t.text.WriteString(strings.Join(columns, "\t"))
	t.text.WriteByte('\n')
	return nil
}

// oneLine makes a FHIRPath expression fit a row: white space means the same whatever it is.
func oneLine(expression string) string { return strings.Join(strings.Fields(expression), " ") }

// shorten leaves the prefix of a canonical out.
func shorten(canonical, prefix string) string {
	if short, ok := strings.CutPrefix(canonical, prefix); ok && short != "" && !strings.Contains(short, "://") {
		return short
	}
	return canonical
}

func flag(set bool, letter string) string {
	if set {
		return letter
	}
	return ""
}

// ReadCompressed gives the text of a table that is kept compressed.
func ReadCompressed(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	all, err := io.ReadAll(text)
	return string(all), err
}

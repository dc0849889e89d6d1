package r4

import (
	"compress/gzip"
	"io"
	"iter"
	"strings"
)

// Prefixes that the tables leave out of canonicals.
const (
	structureURL = "http://hl7.org/fhir/StructureDefinition/"
	valueSetURL  = "http://hl7.org/fhir/ValueSet/"
	parameterURL = "http://hl7.org/fhir/SearchParameter/"
	operationURL = "http://hl7.org/fhir/OperationDefinition/"
)

// row is what is left of a line; next takes columns off it.
type row string

// next takes the next column; "" when there is none.
func (r *row) next() string {
	column, rest, _ := strings.Cut(string(*r), "\t")
	*r = row(rest)
	return column
}

// rest takes all columns that are left.
func (r *row) rest() []string {
	if *r == "" {
		return nil
	}
	return strings.Split(string(*r), "\t")
}

// rows gives the lines of a table.
func rows(table string) iter.Seq[row] {
	return func(yield func(row) bool) {
		for len(table) > 0 {
			var line string
			line, table, _ = strings.Cut(table, "\n")
			if !yield(row(line)) {
				return
			}
		}
	}
}

// unpacked gives the text of a table that is kept compressed; room is how long it may be expected to be.
func unpacked(table string, room int) string {
	var text strings.Builder
	text.Grow(room)
	r, err := gzip.NewReader(strings.NewReader(table))
	if err == nil {
		_, err = io.Copy(&text, r)
	}
	if err != nil {
		panic("r4: an embedded table does not unpack: " + err.Error())
	}
	return text.String()
}

// canonical puts back the prefix that a table left out.
func canonical(prefix, short string) string {
	if short == "" || strings.Contains(short, "://") {
		return short
	}
	return prefix + short
}

func canonicals(prefix, list, separator string) []string {
	if list == "" {
		return nil
	}
	all := strings.Split(list, separator)
	for i := range all {
		all[i] = canonical(prefix, all[i])
	}
	return all
}

func has(flags string, letter byte) bool { return strings.IndexByte(flags, letter) >= 0 }

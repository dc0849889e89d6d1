package stafflist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hearken/fhir"
)

// ReadCSV reads a list of at most limit entries as CSV (RFC 4180) in UTF-8, with or without a byte order
// mark. The first line names the columns, in any order: issuer, subject, sds-role-profile-id, name, role,
// from, until, trained-until. Dates are 2027-03-31; what is empty is open, or not said. The outcome has every
// fault with row and column, the line of names being row 1; with one the list is nil. Values are not repeated
// in it: they are about people.
func ReadCSV(text []byte, limit int) ([]Entry, fhir.Outcome) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	c := checker{seen: map[string]string{}}
	if !utf8.Valid(text) {
		return nil, append(c.issues, formFault(1, 1, "the list is not in UTF-8"))
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, append(c.issues, csvFault(err))
	}
	if c.header(header); c.issues.Failed() {
		return nil, c.issues
	}
	for row := 2; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return c.result()
		}
		switch {
		case err != nil:
			c.issues = append(c.issues, csvFault(err))
			return nil, c.issues // where the next row begins nobody knows
		case row-1 > limit:
			c.issues = append(c.issues, tooLong(limit))
			return nil, c.issues
		}
		c.row(r, header, record, row)
	}
}

func (c *checker) row(r *csv.Reader, header, record []string, row int) {
	line, _ := r.FieldPos(0)
	if len(record) != len(header) {
		c.issues = append(c.issues, formFault(line, 1, fmt.Sprintf("row %d has %d values; the line of names has %d", row, len(record), len(header))))
		return
	}
	w := written{values: map[string]string{}, name: "row " + strconv.Itoa(row)}
	for i, name := range header {
		w.values[name] = strings.TrimSpace(record[i])
	}
	w.at = func(column string) fhir.Issue {
		i := max(0, slices.Index(header, column))
		line, col := r.FieldPos(i)
		return fhir.Issue{Line: line, Column: col}
	}
	c.add(&w)
}

// header checks the names of the columns, and trims them.
func (c *checker) header(names []string) {
	fault := func(column int, format string, args ...any) {
		c.issues = append(c.issues, fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeInvalid, Detail: DetailColumn, Line: 1, Column: column, Diagnostics: fmt.Sprintf(format, args...)})
	}
	for i := range names {
		names[i] = strings.ToLower(strings.TrimSpace(names[i]))
		switch {
		case !slices.Contains(columns, names[i]):
			fault(i+1, "row 1: column %d is none of: %s", i+1, strings.Join(columns, ", "))
		case slices.Index(names, names[i]) < i:
			fault(i+1, "row 1: column %d is there twice", i+1)
		}
	}
	has := func(name string) bool { return slices.Contains(names, name) }
	if !has(columnRole) {
		fault(1, "row 1: the column %s is missing", columnRole)
	}
	if !(has(columnIssuer) && has(columnSubject)) && !has(columnRoleProfile) {
		fault(1, "row 1: the columns %s and %s, or %s, are missing", columnIssuer, columnSubject, columnRoleProfile)
	}
}

func csvFault(err error) fhir.Issue {
	var at *csv.ParseError
	switch {
	case errors.As(err, &at):
		return formFault(at.Line, at.Column, "the list cannot be read from here: "+at.Err.Error())
	case errors.Is(err, io.EOF):
		return formFault(1, 1, "the list is empty: its first line names the columns")
	}
	return formFault(1, 1, "the list cannot be read")
}

func formFault(line, column int, words string) fhir.Issue {
	return fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeStructure, Detail: DetailForm, Line: line, Column: column, Diagnostics: words}
}

func tooLong(limit int) fhir.Issue {
	return fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeTooLong, Detail: DetailTooLong, Diagnostics: fmt.Sprintf("a list has at most %d entries", limit)}
}

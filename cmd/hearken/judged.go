package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"hearken/fhir"
)

// judged is a file and what was found in it.
type judged struct {
	name   string
	issues fhir.Outcome
}

func printJudged(out io.Writer, all []judged, asJSON bool) error {
	if asJSON {
		return printJudgedJSON(out, all)
	}
	text := bufio.NewWriter(out)
	sum := map[fhir.Severity]int{}
	invalid := 0
	for _, one := range all {
		one.print(text)
		for _, issue := range one.issues {
			sum[issue.Severity]++
		}
		if one.issues.Failed() {
			invalid++
		}
	}
	if len(all) > 1 {
		fmt.Fprintf(text, "%d files: %d valid, %d not; %s, %s\n", len(all), len(all)-invalid, invalid,
			counted(sum[fhir.SeverityError]+sum[fhir.Fatal], "error"), counted(sum[fhir.Warning], "warning"))
	}
	return text.Flush()
}

// print writes a line for each finding, in the order of the file, and one that sums up where it is valid.
func (j *judged) print(out io.Writer) {
	inOrder := slices.Clone(j.issues)
	slices.SortStableFunc(inOrder, func(a, b fhir.Issue) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	for _, issue := range inOrder {
		fmt.Fprint(out, j.name)
		if issue.Line > 0 {
			fmt.Fprintf(out, ":%d:%d", issue.Line, issue.Column)
		}
		fmt.Fprintf(out, ": %s", issue.Severity)
		if len(issue.Expression) > 0 {
			fmt.Fprintf(out, ": %s", strings.Join(issue.Expression, ", "))
		}
		fmt.Fprintf(out, ": %s", issue.Diagnostics)
		if issue.Detail != "" {
			fmt.Fprintf(out, " [%s]", issue.Detail)
		}
		fmt.Fprintln(out)
	}
	if !j.issues.Failed() {
		fmt.Fprintf(out, "%s: valid\n", j.name)
	}
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// The forms of --json, which other tools read.
type judgedFile struct {
	Name       string        `json:"name"`
	Valid      bool          `json:"valid"`
	ErrorCount int           `json:"error_count"`
	Errors     []judgedError `json:"errors"`
	Warnings   []judgedError `json:"warnings,omitempty"`
}

type judgedError struct {
	Expression  string `json:"expression,omitempty"`
	Code        string `json:"code"`
	Detail      string `json:"detail,omitempty"`
	Diagnostics string `json:"diagnostics,omitempty"`
	Line        int    `json:"line,omitempty"`
	Column      int    `json:"column,omitempty"`
}

func printJudgedJSON(out io.Writer, all []judged) error {
	files := make([]judgedFile, len(all))
	for i, one := range all {
		file := &files[i]
		*file = judgedFile{Name: one.name, Valid: !one.issues.Failed(), Errors: []judgedError{}}
		for _, issue := range one.issues {
			e := judgedError{Code: string(issue.Code), Detail: issue.Detail, Diagnostics: issue.Diagnostics, Line: issue.Line, Column: issue.Column}
			if len(issue.Expression) > 0 {
				e.Expression = issue.Expression[0]
			}
			switch issue.Severity {
			case fhir.SeverityError, fhir.Fatal:
				file.Errors = append(file.Errors, e)
			case fhir.Warning:
				file.Warnings = append(file.Warnings, e)
			}
		}
		file.ErrorCount = len(file.Errors)
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(files)
}

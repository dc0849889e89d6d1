package search

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
)

// fault is one thing wrong with one parameter of a request. Its words hold names and forms, never values.
type fault struct {
	code      fhir.IssueCode
	detail    string
	text      string
	name      string // of the parameter, as the request has it
	ignorable bool   // lenient handling may leave the parameter out
}

// Stable details of faults in search parameters.
const (
	detailUnknown     = "unknown-parameter"
	detailUnsupported = "unsupported-parameter"
	detailModifier    = "search-modifier"
	detailValue       = "search-value"
	detailCost        = "search-cost"
)

func (f fault) issue(severity fhir.Severity) fhir.Issue {
	issue := fhir.Issue{Severity: severity, Code: f.code, Detail: f.detail, Diagnostics: f.text}
	if f.name != "" {
		issue.Expression = []string{"http." + Presentable(f.name)}
	}
	return issue
}

// Presentable is a name of a parameter as it may be repeated in an answer. A client that has put a value where a
// name belongs must not find it in a log: what does not look like a name is not repeated.
func Presentable(name string) string {
	const longest = 100
	digits := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z', strings.IndexByte("_-.:*", c) >= 0:
		default:
			return "?"
		}
	}
	if name == "" || len(name) > longest || digits > 4 {
		return "?"
	}
	return name
}

func unknownParameter(name, code, where string, valid []string) fault {
	return fault{
		code: fhir.CodeInvalid, detail: detailUnknown, name: name, ignorable: true,
		text: fmt.Sprintf("unknown search parameter %q %s; valid are: %s", Presentable(code), where, listOf(valid)),
	}
}

func unsupportedParameter(name, code, reason string) fault {
	return fault{
		code: fhir.CodeNotSupported, detail: detailUnsupported, name: name, ignorable: code != queryCode,
		text: fmt.Sprintf("search parameter %q is not supported: %s", Presentable(code), reason),
	}
}

func badValue(name, format string, args ...any) fault {
	return fault{code: fhir.CodeInvalid, detail: detailValue, name: name, text: fmt.Sprintf(format, args...)}
}

func badModifier(name, modifier, of string, valid []string) fault {
	f := fault{code: fhir.CodeInvalid, detail: detailModifier, name: name}
	if slices.Contains(publishedModifiers, modifier) {
		f.code = fhir.CodeNotSupported
	}
	f.text = fmt.Sprintf("modifier %q is not supported on %s; valid are: %s", Presentable(modifier), of, listOf(valid))
	return f
}

func tooCostly(name, format string, args ...any) fault {
	return fault{code: fhir.CodeTooCostly, detail: detailCost, name: name, text: fmt.Sprintf(format, args...)}
}

func listOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

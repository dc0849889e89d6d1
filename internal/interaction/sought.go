package interaction

import (
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/audit"
)

// What was asked for is recorded by its parameters. Values that are or could be about who somebody is
// (identifiers, names, addresses, numbers to call, days of birth, free text) are recorded as digests: who
// looked for a number can be found out by the number, and the number cannot be read.

// maxSought is how long the recorded parameters may be: what is longer is cut, and the digests are kept.
const maxSought = 8 << 10

// recordSought records the parameters of a request, and its target unless that could be somebody's number.
func (s *Server) recordSought(record *audit.Record, r *request) {
	w := soughtWriter{server: s, record: record}
	w.text.WriteString(record.Query)
	w.cut = strings.HasSuffix(record.Query, cutMark)
	for _, p := range r.Parameters {
		w.parameter(p)
	}
	if r.IfNoneExist != "" {
		_, text, found := strings.Cut(r.IfNoneExist, "?")
		if !found {
			text = r.IfNoneExist
		}
		criteria, _ := pairs(text)
		for _, p := range criteria {
			w.parameter(p)
		}
	}
	record.Query = w.text.String()
	if w.cut && !strings.HasSuffix(record.Query, cutMark) {
		record.Query += cutMark
	}
	if personal(string(record.Target.ID)) {
		record.Sought = append(record.Sought, s.Audit.Digest(string(record.Target.ID)))
		record.Target.ID = ""
	}
}

// cutMark ends parameters that were cut.
const cutMark = "&..."

// soughtWriter writes Record.Query.
type soughtWriter struct {
	server *Server
	record *audit.Record
	text   strings.Builder
	cut    bool
}

func (w *soughtWriter) parameter(p search.Pair) {
	said := escape(p.Name) + "="
	if personal(p.Name) {
		said = w.digest(p.Name) + "="
	}
	switch {
	case p.Name == search.PageParameter:
		said += "*" // which page: long, and nothing to anyone but this server
	case w.server.tellable(p.Name):
		said += w.alternatives(p.Value, personal)
	default:
		said += w.alternatives(p.Value, func(string) bool { return true })
	}
	if w.cut = w.cut || w.text.Len()+len(said) > maxSought; w.cut {
		return
	}
	if w.text.Len() > 0 {
		w.text.WriteByte('&')
	}
	w.text.WriteString(said)
}

// alternatives writes a value, each of several by itself, with digests for those to hide. A system before "|"
// is no secret.
func (w *soughtWriter) alternatives(value string, hide func(string) bool) string {
	var out []string
	for one := range strings.SplitSeq(value, ",") {
		system, code, found := strings.Cut(one, "|")
		if !found {
			system, code = "", one
		}
		switch {
		case len(w.record.Sought) >= maxDigests || !hide(one):
			code = escape(code)
			if hide(one) {
				code = "..."
			}
		case code != "":
			code = w.digest(code)
		}
		if found {
			if personal(system) {
				system = "..."
			}
			code = escape(system) + "|" + code
		}
		out = append(out, code)
	}
	return strings.Join(out, ",")
}

// maxDigests is how many values of one request are told apart.
const maxDigests = 16 << 10

// digest notes a value and gives what stands for it: "{1}" and so on, which an escaped text cannot hold.
func (w *soughtWriter) digest(value string) string {
	w.record.Sought = append(w.record.Sought, w.server.Audit.Digest(NumberOf(value)))
	return "{" + strconv.Itoa(len(w.record.Sought)) + "}"
}

var withoutGaps = strings.NewReplacer(" ", "", "-", "")

// NumberOf is a value as its digest is made of it: a number without the spaces and hyphens people write it with.
func NumberOf(value string) string {
	plain := withoutGaps.Replace(value)
	for i := range len(plain) {
		if plain[i] < '0' || plain[i] > '9' {
			return value
		}
	}
	return plain
}

// personal reports whether a text holds what could be somebody's number: nine digits or more, by themselves,
// or ten as NHS numbers are written. What stands among letters is chance, as in most ids.
func personal(text string) bool {
	for i := 0; i < len(text); {
		n := digitsAt(text, i)
		if n == 0 {
			i++
			continue
		}
		alone := i == 0 || !isAlphanumeric(text[i-1])
		if end := i + n; alone && n >= longNumber && (end == len(text) || !isAlphanumeric(text[end])) || alone && n == 3 && spaced(text[i:]) {
			return true
		}
		i += n
	}
	return false
}

// longNumber is how many digits make a number that could be somebody's.
const longNumber = 9

// spaced reports whether a text begins with an NHS number written 3-3-4.
func spaced(text string) bool {
	const size = 12
	return len(text) >= size && (text[3] == ' ' || text[3] == '-') && text[7] == text[3] && digitsAt(text, 4) == 3 && digitsAt(text, 8) == 4 &&
		(len(text) == size || !isAlphanumeric(text[size]))
}

// digitsAt is how many digits stand in a row from i on.
func digitsAt(text string, i int) (n int) {
	for i+n < len(text) && text[i+n] >= '0' && text[i+n] <= '9' {
		n++
	}
	return n
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// tellable reports whether the values of a search parameter say nothing of who somebody is. It goes by the
// end of a chain, and by what every parameter of that name searches, on any type: codes, references, amounts,
// moments of care.
func (s *Server) tellable(name string) bool {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	if strings.HasPrefix(name, "_has:") {
		name = name[strings.LastIndexByte(name, ':')+1:]
	}
	code, modifier, _ := strings.Cut(name, ":")
	return s.plain[code] && !tellingModifiers[modifier]
}

// tellingModifiers turn a code or a reference into text or an identifier.
var tellingModifiers = map[string]bool{"identifier": true, "text": true, "of-type": true}

// resultWords are the parameters of searches and histories that are about the answer.
var resultWords = []string{"_count", "_sort", "_include", "_revinclude", "_summary", "_elements", "_total", "_since", "_at",
	"_lastUpdated", "_id", "_tag", "_security", "_profile", "_type", "_source", "_contained", "_containedType"}

// plainParameters finds the parameters whose values may be recorded as they are.
func plainParameters(set *definition.Set, registry *search.Registry) map[string]bool {
	plain := map[string]bool{}
	if registry != nil {
		for _, p := range registry.All() {
			is, known := plain[p.Code]
			plain[p.Code] = (is || !known) && isPlain(set, registry, p)
		}
	}
	for _, word := range resultWords {
		plain[word] = true
	}
	return plain
}

func isPlain(set *definition.Set, registry *search.Registry, p *query.Parameter) bool {
	switch p.Kind {
	case query.KindNumber, query.KindQuantity, query.KindReference:
		return true
	case query.KindDate:
		return !hasName(set.Structure(string(p.Base)))
	case query.KindToken:
		d := registry.Definition(p)
		return d != nil && leadsTo(set, p.Base, d.Expression, codedTypes)
	}
	return false
}

// codedTypes are the types whose values are words of some list.
var codedTypes = map[string]bool{"code": true, "Coding": true, "CodeableConcept": true, "boolean": true}

// hasName reports whether a type is of people: it has names of people.
func hasName(structure *definition.Structure) bool {
	if structure == nil {
		return true
	}
	e := structure.Element("name")
	return e != nil && len(e.Fields) > 0 && e.Fields[0].Type != nil && e.Fields[0].Type.Name == "HumanName"
}

// leadsTo reports whether every path of an expression that begins with the type leads to an element of one of
// some types, and there is one.
func leadsTo(set *definition.Set, base fhir.Type, expression string, types map[string]bool) bool {
	some := false
	for path := range strings.SplitSeq(expression, "|") {
		if path = strings.TrimSpace(path); !strings.HasPrefix(path, string(base)+".") {
			continue
		}
		end := endOf(set, base, path)
		if end == nil || !types[end.Name] {
			return false
		}
		some = true
	}
	return some
}

package mutant

import (
	"strconv"
	"strings"
)

// kind is one way of going wrong. change returns nil where it cannot be done.
type kind struct {
	name   string
	change func(d *draw, p *place) []byte
}

var kinds = []kind{
	{"delete", func(d *draw, p *place) []byte { return d.splice(p.cut[0], p.cut[1], "") }},
	{"duplicate", duplicate},
	{"retype", func(d *draw, p *place) []byte { return d.splice(p.start, p.end, d.retyped(p)) }},
	{"misspell", misspell},
	{"null", func(d *draw, p *place) []byte { return d.splice(p.start, p.end, "null") }},
	{"empty", func(d *draw, p *place) []byte { return d.splice(p.start, p.end, d.emptied(p)) }},
	{"break", broken},
	{"code", wrongCode},
	{"move", move},
	{"add", add},
	{"extend", extend},
	{"refer", refer},
}

// duplicate says the same member or item twice.
func duplicate(d *draw, p *place) []byte { return d.splice(p.end, p.end, ","+d.whole(p)) }

// misspell changes one letter of a name, or its case, or adds one.
func misspell(d *draw, p *place) []byte {
	if !p.isMember() {
		return nil
	}
	at := d.random.IntN(len(p.name))
	changed := p.name[:at] + d.pick("x", "", strings.ToUpper(p.name[at:at+1]), p.name[at:at+1]+p.name[at:at+1]) + p.name[at+1:]
	if changed == p.name {
		return nil
	}
	return d.splice(p.key, p.key+len(p.name)+2, strconv.Quote(changed))
}

// retyped is a value of another JSON type.
func (d *draw) retyped(p *place) string {
	value := d.value(p)
	switch {
	case d.isArray(p):
		return d.pick(strings.TrimSuffix(strings.TrimPrefix(value, "["), "]"), "true", `"a"`, "{}")
	case d.isObject(p):
		return d.pick("["+value+"]", `"a"`, "1", "false")
	case d.isString(p):
		return d.pick("["+value+"]", "1", "true", `{"value":`+value+"}")
	case value == "true", value == "false":
		return d.pick(`"`+value+`"`, "1", "["+value+"]")
	}
	return d.pick(`"`+value+`"`, "true", "["+value+"]", "{}")
}

// emptied is an empty value, mostly of the same JSON type.
func (d *draw) emptied(p *place) string {
	switch {
	case d.isArray(p):
		return d.pick("[]", "[]", "[null]", "[{}]")
	case d.isObject(p):
		return "{}"
	}
	return d.pick(`""`, `""`, "[]", "{}")
}

// brokenTexts are texts that some primitive cannot be.
var brokenTexts = []string{
	" ", "a b", " a", "a ", "2020-02-30", "2020-13", "2020-1-1", "20-01-01", "2020-01-01T25:00:00Z", "2020-01-01T10:00:00", "2020-01-01T10:00Z",
	"2020-01-01T10:00:00+15:00", "24:00:00", "10:00", "1e", "01", "urn:uuid:x", "urn:oid:3", "http://a b", "#", "a/b/c", "Ä_ü", "=", "a\tb", "\\u0000", "\\u0007", "\\ud800", "é", "9999-99-99",
	"0000-01-01", "2020-01-01T10:00:60Z", "2020-01-01T10:00:00.123456789Z", "2020-01-01t10:00:00z", "-1", "+1", "1.0", "TRUE",
}

var brokenNumbers = []string{"-1", "0", "1.0", "1e3", "1E-400", "2147483648", "-2147483649", "01", "+1", ".5", "1.", "-0", "0.10", "1e400", "123456789012345678901234567890", "NaN"}

// broken puts a value of the right JSON type and the wrong form.
func broken(d *draw, p *place) []byte {
	switch c := d.source[p.start]; {
	case c == '"':
		return d.splice(p.start, p.end, `"`+d.pick(brokenTexts...)+`"`)
	case c == '-' || c >= '0' && c <= '9':
		return d.splice(p.start, p.end, d.pick(brokenNumbers...))
	}
	return nil
}

// wrongCode exchanges what may be a code.
func wrongCode(d *draw, p *place) []byte {
	if value := d.value(p); !d.isString(p) || strings.ContainsAny(value, " :/#<") {
		return nil
	}
	return d.splice(p.start, p.end, d.pick(`"nonsense"`, strings.ToUpper(d.value(p)), `"active"`, `"final"`, `"unknown"`, `"male"`))
}

// move takes a member or an item out and puts it before another somewhere else.
func move(d *draw, p *place) []byte {
	to := &d.places[d.random.IntN(len(d.places))]
	switch {
	case to.isMember() != p.isMember() || to.parent == p.parent || p.key < to.end && to.key < p.end:
		return nil
	case to.key > p.key:
		return []byte(d.text(0, p.cut[0]) + d.text(p.cut[1], to.key) + d.whole(p) + "," + d.text(to.key, len(d.source)))
	}
	return []byte(d.text(0, to.key) + d.whole(p) + "," + d.text(to.key, p.cut[0]) + d.text(p.cut[1], len(d.source)))
}

// added are members that stand at some places and not at most.
var added = []string{
	`"valueString":"a"`, `"valueBoolean":true`, `"valueQuantity":{"value":1}`, `"id":"a"`, `"id":"a b"`, `"extension":[{"url":"http://a.example/x","valueCode":"a"}]`,
	`"extension":[{"valueCode":"a"}]`, `"extension":[{"url":"http://a.example/x"}]`, `"extension":{"url":"http://a.example/x","valueCode":"a"}`,
	`"modifierExtension":[{"url":"http://a.example/x","valueCode":"a"}]`, `"resourceType":"Patient"`, `"contained":[{"resourceType":"Patient","id":"p"}]`,
	`"fhir_comments":["a"]`, `"period":{"start":"2020","end":"2019"}`, `"text":{"status":"generated","div":"<div>a</div>"}`, `"_id":{"extension":[{"url":"http://a.example/x","valueCode":"a"}]}`,
}

// add puts one member more beside a member.
func add(d *draw, p *place) []byte {
	if !p.isMember() {
		return nil
	}
	return d.splice(p.end, p.end, ","+d.pick(added...))
}

// companions are what may stand beside a primitive under its name with an underscore.
var companions = []string{
	`{"extension":[{"url":"http://a.example/x","valueCode":"a"}]}`, `{"id":"a"}`, `{}`, `null`, `"a"`, `{"value":"a"}`, `[null]`,
	`[{"extension":[{"url":"http://a.example/x","valueCode":"a"}]}]`, `[null,{"id":"a"}]`,
}

// extend gives a member, or in its stead, what stands under its name with an underscore.
func extend(d *draw, p *place) []byte {
	if !p.isMember() || p.name[0] == '_' {
		return nil
	}
	companion := `"_` + p.name + `":` + d.pick(companions...)
	if d.random.IntN(3) == 0 {
		return d.splice(p.key, p.end, companion)
	}
	return d.splice(p.end, p.end, ","+companion)
}

// refer exchanges what a reference says.
func refer(d *draw, p *place) []byte {
	if p.name != "reference" || !d.isString(p) {
		return nil
	}
	return d.splice(p.start, p.end, d.pick(`"Patient/1"`, `"Medication/a b"`, `"Nonsense/1"`, `"#a"`, `"#"`, `"http://a.example/fhir/Organization/1"`, `"Location/1/_history/2"`, `"urn:uuid:a"`, `"Patient?identifier=a|b"`, `"a"`))
}

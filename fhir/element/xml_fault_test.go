package element_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

const patientTag = `<Patient xmlns="http://hl7.org/fhir">`

func TestParseXML_OneFault(t *testing.T) {
	for _, row := range []struct{ name, source, want string }{
		// The text.
		{"nothing", ``, "malformed-xml  1:1"},
		{"JSON", `{"resourceType":"Patient"}`, "malformed-xml  1:27"},
		{"not closed", patientTag, "malformed-xml Patient 1:38"},
		{"closed by another name", patientTag + `</Person>`, "malformed-xml Patient 1:38"},
		{"crossed", patientTag + `<name><family value="a"></name></family></Patient>`, "malformed-xml Patient.name[0].family 1:62"},
		{"no quotes", patientTag + `<active value=true/></Patient>`, "malformed-xml Patient 1:52"},
		{"no space between attributes", patientTag + `<active id="a"value="true"/></Patient>`, "malformed-xml Patient 1:52"},
		{"an attribute twice", patientTag + `<active value="true" value="true"/></Patient>`, "malformed-xml Patient 1:59"},
		{"an unknown entity", patientTag + `<language value="&nbsp;"/></Patient>`, "malformed-xml Patient 1:55"},
		{"an unknown entity in a div", patientTag + `<text><status value="empty"/><div xmlns="http://www.w3.org/1999/xhtml">&nbsp;</div></text></Patient>`, "malformed-xml Patient.text 1:109"},
		{"a reference to no character", patientTag + `<language value="&#0;"/></Patient>`, "malformed-xml Patient 1:55"},
		{"a control character", patientTag + "<language value=\"\x01\"/></Patient>", "malformed-xml  1:55"},
		{"U+FFFF", patientTag + "<language value=\"\uFFFF\"/></Patient>", "malformed-xml  1:55"},
		{"a bare less-than", patientTag + `<language value="<"/></Patient>`, "malformed-xml Patient 1:55"},
		{"two hyphens in a comment", patientTag + `<!-- a -- b --></Patient>`, "malformed-xml Patient 1:47"},
		{"a prefix nobody declared", patientTag + `<f:active value="true"/></Patient>`, "malformed-xml Patient 1:38"},
		{"bytes that are not UTF-8", patientTag + "<language value=\"\xE9\"/></Patient>", "invalid-utf8  1:55"},
		{"UTF-16", "\xFF\xFE<\x00P\x00", "invalid-utf8  1:1"},
		{"another encoding", `<?xml version="1.0" encoding="ISO-8859-1"?>` + patientTag + `</Patient>`, "unsupported-encoding  1:21"},
		{"an instruction without a name", `<? a?>` + patientTag + `</Patient>`, "malformed-xml  1:1"},
		{"an instruction named xml", `<!-- --><?XML a?>` + patientTag + `</Patient>`, "malformed-xml  1:9"},
		{"a declaration with a prefix", `<?xml xmlns:version="1.0"?>` + patientTag + `</Patient>`, "malformed-xml  1:7"},
		{"a declaration without spaces", `<?xml version="1.0"encoding="UTF-8"?>` + patientTag + `</Patient>`, "malformed-xml  1:20"},
		{"another version of XML", `<?xml version="1.1"?>` + patientTag + `</Patient>`, "malformed-xml  1:7"},
		{"a declaration in the middle", patientTag + `<?xml version="1.0"?></Patient>`, "malformed-xml Patient 1:38"},
		{"a document type", `<!DOCTYPE Patient [<!ENTITY a "b">]>` + patientTag + `</Patient>`, "document-type  1:1"},
		{"a document type after a comment", "<!-- a -->\n<!DOCTYPE Patient SYSTEM \"file:///etc/passwd\">" + patientTag + `</Patient>`, "document-type  2:1"},
		{"an entity declaration inside", patientTag + `<!ENTITY a "b"></Patient>`, "document-type Patient 1:38"},
		{"a second resource", patientTag + "</Patient>\n" + patientTag + `</Patient>`, "trailing-content  2:1"},
		{"text after the resource", patientTag + "</Patient>x", "trailing-content  1:49"},
		// The type and namespace.
		{"no namespace", `<Patient/>`, "wrong-namespace  1:1"},
		{"another namespace", `<Patient xmlns="http://a.example"/>`, "wrong-namespace  1:1"},
		{"an unknown resource", `<Patent xmlns="http://hl7.org/fhir"/>`, "unknown-resource-type  1:1"},
		{"an abstract resource", `<DomainResource xmlns="http://hl7.org/fhir"/>`, "unknown-resource-type  1:1"},
		{"an element of another namespace", patientTag + `<active xmlns="http://a.example" value="true"/></Patient>`, "wrong-namespace Patient.active 1:38"},
		{"a div of FHIR's namespace", patientTag + `<text><status value="empty"/><div>a</div></text></Patient>`, "wrong-namespace Patient.text.div 1:67"},
		{"nothing contained", patientTag + `<contained/></Patient>`, "missing-resource-type Patient.contained[0] 1:50"},
		{"two resources contained in one", patientTag + `<contained><Group/><Group/></contained></Patient>`, "second-resource Patient.contained[0] 1:57"},
		{"an unknown resource contained", patientTag + `<contained><Foo/></contained></Patient>`, "unknown-resource-type Patient.contained[0] 1:49"},
		{"an attribute of contained", patientTag + `<contained id="a"><Group/></contained></Patient>`, "unknown-attribute Patient.contained[0] 1:49"},
		// Names and order.
		{"an unknown element", patientTag + `<nome value="a"><x/></nome></Patient>`, "unknown-element Patient.nome 1:38"},
		{"an unknown element that could be anything", patientTag + `<Mrs.Smith/></Patient>`, "unknown-element Patient 1:38"},
		{"an attribute as an element", patientTag + `<extension><url value="http://a"/></extension></Patient>`, "unknown-element Patient.extension[0].url 1:49"},
		{"the value as an element", patientTag + `<active><value value="true"/></active></Patient>`, "unknown-element Patient.active.value 1:46"},
		{"an element as an attribute", patientTag + `<name family="a"/></Patient>`, "unknown-attribute Patient.name[0].family 1:44"},
		{"an id of a resource as an attribute", `<Patient id="a" xmlns="http://hl7.org/fhir"/>`, "unknown-attribute Patient.id 1:10"},
		{"a value of a complex element", patientTag + `<name value="a"/></Patient>`, "unknown-attribute Patient.name[0].value 1:44"},
		{"an attribute of XML", patientTag + `<active xml:lang="en" value="true"/></Patient>`, "unknown-attribute Patient.active 1:46"},
		{"too late", patientTag + `<gender value="male"/><name><family value="a"/></name></Patient>`, "element-order Patient.name 1:60"},
		{"a repeat after another", patientTag + `<name><family value="a"/></name><gender value="male"/><name><family value="b"/></name></Patient>`, "element-order Patient.name 1:92"},
		{"given twice", patientTag + `<active value="true"/><active value="true"/></Patient>`, "duplicate-key Patient.active 1:60"},
		{"a choice given twice", patientTag + `<deceasedBoolean value="true"/><deceasedDateTime value="2020"/></Patient>`, "choice-given-twice Patient.deceased 1:69"},
		// Values.
		{"an empty value", patientTag + `<language value=""/></Patient>`, "empty-string Patient.language 1:48"},
		{"an element with nothing in it", patientTag + `<name/></Patient>`, "empty-object Patient.name[0] 1:38"},
		{"a primitive with nothing in it", patientTag + `<active></active></Patient>`, "empty-object Patient.active 1:38"},
		{"text in an element", patientTag + "<name>\n Smith</name></Patient>", "unexpected-text Patient.name[0] 2:2"},
		{"text in a primitive", patientTag + `<active>true</active></Patient>`, "unexpected-text Patient.active 1:46"},
		{"CDATA in an element", patientTag + `<name><![CDATA[Smith]]></name></Patient>`, "unexpected-text Patient.name[0] 1:44"},
		{"a date that is none", patientTag + `<birthDate value="2020-02-30"/></Patient>`, "invalid-date Patient.birthDate 1:49"},
		{"a boolean that is none", patientTag + `<active value="1"/></Patient>`, "invalid-boolean Patient.active 1:46"},
		{"a number with space", `<Observation xmlns="http://hl7.org/fhir"><valueInteger value=" 1"/></Observation>`, "invalid-integer Observation.value.ofType(integer) 1:56"},
		{"a decimal that is none", `<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="01"/></valueQuantity></Observation>`, "invalid-decimal Observation.value.ofType(Quantity).value 1:64"},
		{"a processing instruction in a div", patientTag + `<text><div xmlns="http://www.w3.org/1999/xhtml"><?a?></div></text></Patient>`, "invalid-xhtml Patient.text.div 1:44"},
	} {
		t.Run(row.name, func(t *testing.T) {
			tree, outcome := element.ParseXML(r4.Definitions(), []byte(row.source), element.Limits{})
			if tree != nil {
				t.Errorf("ParseXML(%s) = a tree, want nil", row.source)
			}
			if diff := cmp.Diff([]string{row.want}, told(outcome)); diff != "" {
				t.Errorf("ParseXML(%s) faults (-want +got):\n%s", row.source, diff)
			}
		})
	}
}

func TestParseXML_AllFaultsAtOnce(t *testing.T) {
	_, outcome := element.ParseXML(r4.Definitions(), []byte(patientTag+`<gender value=""/><nome/><active value="x"/></Patient>`), element.Limits{})
	want := []string{"empty-string Patient.gender 1:46", "unknown-element Patient.nome 1:56", "element-order Patient.active 1:63", "invalid-boolean Patient.active 1:71"}
	if diff := cmp.Diff(want, told(outcome)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestParseXMLAs(t *testing.T) {
	_, outcome := element.ParseXMLAs(r4.Definitions(), "Group", []byte(patientTag+`</Patient>`), element.Limits{})
	if got := told(outcome); len(got) != 1 || got[0] != "wrong-resource-type  1:1" {
		t.Errorf("ParseXMLAs(Group) of a Patient = %q, want wrong-resource-type", got)
	}
}

func TestParseXML_Limits(t *testing.T) {
	nested := func(n int) string {
		return `<Questionnaire xmlns="http://hl7.org/fhir">` + strings.Repeat(`<item>`, n) + `<linkId value="a"/>` + strings.Repeat(`</item>`, n) + `</Questionnaire>`
	}
	var prefixes strings.Builder
	for i := range 400 {
		prefixes.WriteString(`<a` + strings.Repeat("b", i) + ` xmlns:` + strings.Repeat("b", i+1) + `="c"/>`)
	}
	for _, row := range []struct {
		name, source string
		limits       element.Limits
		want         string
	}{
		{"as deep as allowed", nested(63), element.Limits{}, ""},
		{"one deeper", nested(64), element.Limits{}, element.DetailTooDeep},
		{"deep where nothing is known", patientTag + strings.Repeat("<x>", 1_000_000), element.Limits{}, element.DetailTooDeep},
		{"a long text", patientTag + `</Patient>`, element.Limits{Bytes: 46}, element.DetailTooLarge},
		{"many nodes", patientTag + `<name><given value="a"/><given value="b"/><given value="c"/></name></Patient>`, element.Limits{Nodes: 4}, element.DetailTooManyNodes},
		{"as many nodes as allowed", patientTag + `<name><given value="a"/><given value="b"/><given value="c"/></name></Patient>`, element.Limits{Nodes: 5}, ""},
		{"many attributes", `<Patient ` + attributes(65) + `/>`, element.Limits{}, element.DetailTooManyNames},
		{"many faults", patientTag + strings.Repeat("<x/>", 100_000) + `</Patient>`, element.Limits{}, element.DetailTooManyFaults},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, outcome := element.ParseXML(r4.Definitions(), []byte(row.source), row.limits)
			got := ""
			if len(outcome) > 0 {
				got = outcome[len(outcome)-1].Detail
			}
			if got != row.want {
				t.Errorf("ParseXML fault = %q, want %q", got, row.want)
			}
		})
	}
}

// TestXML_SameDepth writes JSON as deep as may be as XML: it is as deep there, and no deeper.
func TestXML_SameDepth(t *testing.T) {
	for _, row := range []struct{ name, head, item, tail, end string }{
		{"backbones", `{"resourceType":"Questionnaire","item":`, `[{"item":`, `[{"linkId":"a"}]`, `}]`},
		{"extensions of primitives", `{"resourceType":"Patient","_birthDate":{"extension":`, `[{"url":"u","_valueString":{"extension":`, `[{"url":"u","valueString":"a"}]`, `}}]`},
		{"ids of primitives", `{"resourceType":"Patient","extension":`, `[{"url":"u","extension":`, `[{"url":"u","_valueString":{"id":"a"}}]`, `}]`},
	} {
		deepest := 0
		for n := range 70 {
			source := row.head + strings.Repeat(row.item, n) + row.tail + strings.Repeat(row.end, n) + strings.Repeat("}", strings.Count(row.head, "{"))
			tree, _ := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
			if tree == nil {
				break
			}
			deepest = n
			if again, outcome := element.ParseXML(r4.Definitions(), element.AppendXML(nil, tree.Root(), element.WriteOptions{}), element.Limits{}); again == nil {
				t.Errorf("%s, %d deep: ParseXML = %+v, want a tree", row.name, n, outcome)
				break
			}
		}
		if deepest < 20 {
			t.Errorf("%s: Parse takes no more than %d levels", row.name, deepest)
		}
	}
}

// attributes is n different attributes.
func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("a" + strings.Repeat("b", i) + `="" `)
	}
	return b.String()
}

// TestParseXML_HostileIsLinear reads texts made to be slow at two sizes: ten times the text must not take
// more than thirty times as long.
func TestParseXML_HostileIsLinear(t *testing.T) {
	for _, row := range []struct {
		name             string
		head, item, tail string
	}{
		{"open tags in a div", patientTag + `<text><div xmlns="http://www.w3.org/1999/xhtml">`, `<p>`, ``},
		{"prefixed tags in a div", `<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:x="http://www.w3.org/1999/xhtml"><f:text><x:div>`, `<x:p>a</x:p>`, `</x:div></f:text></f:Patient>`},
		{"references", patientTag + `<language value="`, `&amp;`, `"/></Patient>`},
		{"names", patientTag, `<name><family value="a&#10;"/></name>`, `</Patient>`},
		{"comments", patientTag, `<!-- a -->`, `</Patient>`},
		{"line ends and faults", patientTag, "\n<x/>", `</Patient>`},
		{"namespaces", patientTag, `<x xmlns:a="b" xmlns:c="d"/>`, `</Patient>`},
	} {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 30, 4_000, func(n int) func() {
				source := []byte(row.head + strings.Repeat(row.item, n) + row.tail)
				return func() { element.ParseXML(r4.Definitions(), source, element.Limits{}) }
			})
		})
	}
}

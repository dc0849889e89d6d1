package search_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/fhirtest"
)

func parseResource(t testing.TB, src string) element.Node {
	t.Helper()
	tree, faults := element.Parse(r4.Definitions(), []byte(src), element.Limits{})
	if tree == nil {
		t.Fatalf("Parse(%s): %v", src, faults)
	}
	return tree.Root()
}

func extractorIn(t testing.TB, zone string) *search.Extractor {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return &search.Extractor{Registry: registry(), Zone: location, Base: "https://hearken.example/fhir"}
}

func indexOf(t testing.TB, src string) query.Index {
	t.Helper()
	index, err := extractorIn(t, "Europe/London").Index(parseResource(t, src))
	if err != nil {
		t.Fatalf("Index(%s): %v", src, err)
	}
	return index
}

// describeValue writes a value in one line.
func describeValue(v query.Value) string {
	switch v := v.(type) {
	case query.Text:
		if v.Part {
			return "part " + v.Text
		}
		return "text " + v.Text
	case query.Token:
		return fmt.Sprintf("token %s|%s", v.System, v.Code)
	case query.Display:
		return "display " + v.Text
	case query.TypedIdentifier:
		return fmt.Sprintf("typed %s|%s|%s", v.System, v.Code, v.Value)
	case query.Link:
		text := "link " + v.URL
		if !v.Key.IsZero() {
			text = "link " + v.Key.String()
		}
		if v.Version != 0 {
			text += " version " + v.Version.String()
		}
		return text
	case query.LinkIdentifier:
		return fmt.Sprintf("identified %s|%s", v.System, v.Code)
	case query.URI:
		return "uri " + v.URI
	case query.Period:
		return fmt.Sprintf("period %s %s", instant(v.Low), instant(v.High))
	case query.Number:
		return fmt.Sprintf("number %s %s", v.Low, v.High)
	case query.Quantity:
		return fmt.Sprintf("quantity %s %s %s|%s|%s", v.Low, v.High, v.System, v.Code, v.Unit)
	case query.Composite:
		parts := make([]string, len(v.Parts))
		for i, part := range v.Parts {
			parts[i] = describeValue(part)
		}
		return strings.Join(parts, " $ ")
	}
	return fmt.Sprintf("%T", v)
}

func instant(µs int64) string {
	switch µs {
	case query.MinTime:
		return "-∞"
	case query.MaxTime:
		return "∞"
	}
	return time.UnixMicro(µs).UTC().Format(time.RFC3339Nano)
}

func TestIndex(t *testing.T) {
	const (
		observation = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1"}]},`
		encounter   = `{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},`
	)
	rows := []struct{ name, resource, code, want string }{
		{"string", `{"resourceType":"Patient","name":[{"family":"Alcántar","given":["Eve","Ann"]}]}`, "given", "text Eve; text Ann"},
		{"name, every part", `{"resourceType":"Patient","name":[{"use":"usual","text":"Dr E Foo","family":"Foo","given":["Eve"],"prefix":["Dr"],"suffix":["MD"],"period":{"start":"2010"}}]}`,
			"name", "text Dr E Foo; text Foo; text Eve; text Dr; text MD"},
		{"family of two words", `{"resourceType":"Patient","name":[{"family":"Carreno Quinones"}]}`, "family", "text Carreno Quinones; part Quinones"},
		{"family with a hyphen, through the name", `{"resourceType":"Patient","name":[{"family":"Smith-Jones"}]}`, "name", "text Smith-Jones; part Jones"},
		{"family with particles", `{"resourceType":"Patient","name":[{"family":"de la Cruz"}]}`, "family", "text de la Cruz; part la Cruz; part Cruz"},
		{"the same twice", `{"resourceType":"Patient","name":[{"family":"A"},{"family":"A"}]}`, "family", "text A"},
		{"address", `{"resourceType":"Patient","address":[{"use":"home","line":["1 High St","Flat 2"],"city":"Leeds","postalCode":"LS1 1AA","country":"GB"}]}`,
			"address", "text 1 High St; text Flat 2; text Leeds; text LS1 1AA; text GB"},
		{"only extensions", `{"resourceType":"Patient","name":[{"_family":{"extension":[{"url":"http://x","valueCode":"unknown"}]}}]}`, "family", ""},
		{"extension of type string", `{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-extensions-Patient-mothersMaidenName","valueString":"Lee"}]}`,
			"mothersMaidenName", "text Lee"},

		{"code, with the system of its value set", `{"resourceType":"Patient","gender":"male"}`, "gender", "token http://hl7.org/fhir/administrative-gender|male"},
		{"boolean", `{"resourceType":"Patient","active":true}`, "active", "token http://hl7.org/fhir/special-values|true"},
		{"boolean expression", `{"resourceType":"Patient","deceasedDateTime":"2020"}`, "deceased", "token http://hl7.org/fhir/special-values|true"},
		{"identifier", `{"resourceType":"Patient","identifier":[{"type":{"coding":[{"system":"http://t","code":"MR"},{"code":"X"}],"text":"Record no."},"system":"http://s","value":"1"},{"value":"2"}]}`,
			"identifier", "token http://s|1; typed http://t|MR|1; typed |X|1; display Record no.; token |2"},
		{"identifier without value", `{"resourceType":"Patient","identifier":[{"system":"http://s"}]}`, "identifier", "token http://s|"},
		{"contact point", `{"resourceType":"Patient","telecom":[{"system":"email","value":"Jo@X.org"},{"system":"phone","value":"020 1"}]}`, "email", "token |jo@x.org"},
		{"contact points", `{"resourceType":"Patient","telecom":[{"system":"email","value":"Jo@X.org"},{"system":"phone","value":"020 1"}]}`, "telecom", "token |jo@x.org; token |0201"},
		{"telephone number by its digits", `{"resourceType":"Patient","telecom":[{"system":"phone","value":"+44 (0)20 7946-0000"},{"system":"phone","value":"0207 ext. 5"}]}`, "phone", "token |4402079460000; token |0207 ext. 5"},
		{"concept", observation + `"category":[{"coding":[{"system":"http://s","code":"a","display":"Ay"},{"code":"b"}],"text":"Bee"}]}`,
			"category", "token http://s|a; display Ay; token |b; display Bee"},
		{"concept of text alone", observation + `"category":[{"text":"Bee"}]}`, "category", "display Bee"},
		{"coding", encounter + `"meta":{"tag":[{"system":"http://s","code":"t"}]}}`, "_tag", "token http://s|t"},
		{"string as token, in lower case", `{"resourceType":"CodeSystem","status":"draft","content":"complete","version":"V1"}`, "version", "token |v1"},
		{"extension of type concept", observation + `"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/observation-geneticsGene","valueCodeableConcept":{"coding":[{"system":"http://g","code":"HGNC:1"}]}}]}`,
			"gene-identifier", "token http://g|HGNC:1"},

		{"date, a year", `{"resourceType":"Patient","birthDate":"1970"}`, "birthdate", "period 1969-12-31T23:00:00Z 1970-12-31T23:00:00Z"},
		{"date, a day in winter", `{"resourceType":"Patient","birthDate":"2020-01-14"}`, "birthdate", "period 2020-01-14T00:00:00Z 2020-01-15T00:00:00Z"},
		{"date, a day in summer", `{"resourceType":"Patient","birthDate":"2020-07-14"}`, "birthdate", "period 2020-07-13T23:00:00Z 2020-07-14T23:00:00Z"},
		{"date, the day the clocks go forward", `{"resourceType":"Patient","birthDate":"2020-03-29"}`, "birthdate", "period 2020-03-29T00:00:00Z 2020-03-29T23:00:00Z"},
		{"dateTime", observation + `"effectiveDateTime":"2020-07-14T10:00:00+02:00"}`, "date", "period 2020-07-14T08:00:00Z 2020-07-14T08:00:01Z"},
		{"dateTime with milliseconds", observation + `"effectiveDateTime":"2020-07-14T10:00:00.123Z"}`, "date", "period 2020-07-14T10:00:00.123Z 2020-07-14T10:00:00.124Z"},
		{"instant", observation + `"effectiveInstant":"2020-07-14T10:00:00Z"}`, "date", "period 2020-07-14T10:00:00Z 2020-07-14T10:00:00.000001Z"},
		{"period", encounter + `"period":{"start":"2020-01-01","end":"2020-01-02"}}`, "date", "period 2020-01-01T00:00:00Z 2020-01-03T00:00:00Z"},
		{"period without end", encounter + `"period":{"start":"2020-01-01"}}`, "date", "period 2020-01-01T00:00:00Z ∞"},
		{"period without start", encounter + `"period":{"end":"2020-01-01T10:00:00Z"}}`, "date", "period -∞ 2020-01-01T10:00:01Z"},
		{"period backwards", encounter + `"period":{"start":"2021","end":"2020"}}`, "date", ""},
		{"timing, its events", observation + `"effectiveTiming":{"event":["2020-02-01","2020-01-01"]}}`, "date", "period 2020-01-01T00:00:00Z 2020-02-02T00:00:00Z"},
		{"timing, its bounds", observation + `"effectiveTiming":{"repeat":{"boundsPeriod":{"start":"2020-01-31","end":"2020-03-24"}}}}`, "date", "period 2020-01-31T00:00:00Z 2020-03-25T00:00:00Z"},
		{"timing without dates", observation + `"effectiveTiming":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}}}`, "date", ""},

		{"decimal", `{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"probabilityDecimal":0.80}]}`, "probability", "number 0.8 0.8"},
		{"range as number", `{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"probabilityRange":{"low":{"value":10,"unit":"%"},"high":{"value":20,"unit":"%"}}}]}`,
			"probability", "number 10 20"},
		{"integer", `{"resourceType":"MolecularSequence","coordinateSystem":0,"variant":[{"start":22125503,"end":22125510}]}`, "variant-start", "number 22125503 22125503"},
		{"quantity", observation + `"valueQuantity":{"value":5.40,"unit":"milligram","system":"http://unitsofmeasure.org","code":"mg"}}`, "value-quantity", "quantity 5.4 5.4 http://unitsofmeasure.org|mg|milligram"},
		{"quantity below", observation + `"valueQuantity":{"value":5,"comparator":"<"}}`, "value-quantity", "quantity -∞ 5 ||"},
		{"quantity above", observation + `"valueQuantity":{"value":5,"comparator":">="}}`, "value-quantity", "quantity 5 ∞ ||"},
		{"quantity without value", observation + `"valueQuantity":{"unit":"mg"}}`, "value-quantity", ""},
		{"age", `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"onsetAge":{"value":50,"system":"http://unitsofmeasure.org","code":"a"}}`, "onset-age", "quantity 50 50 http://unitsofmeasure.org|a|"},
		{"range", `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"onsetRange":{"low":{"value":50,"unit":"a"}}}`, "onset-age", "quantity 50 ∞ ||a"},
		{"money", `{"resourceType":"Invoice","status":"issued","totalGross":{"value":48.00,"currency":"GBP"}}`, "totalgross", "quantity 48 48 urn:iso:std:iso:4217|GBP|"},
		{"samples", observation + `"valueSampledData":{"origin":{"value":2048,"unit":"mV"},"period":10,"factor":1.612,"dimensions":1,"data":"2041 2043 E U 2037 L"}}`,
			"value-quantity", "quantity 5331.644 5341.316 ||mV"},
		{"samples, none a number", observation + `"valueSampledData":{"origin":{"value":2048,"unit":"mV"},"period":10,"dimensions":1,"data":"E U"}}`, "value-quantity", ""},

		{"relative reference", observation + `"subject":{"reference":"Patient/1"}}`, "subject", "link Patient/1"},
		{"reference to a version", observation + `"subject":{"reference":"Patient/1/_history/3"}}`, "subject", "link Patient/1 version 3"},
		{"absolute reference to this server", observation + `"subject":{"reference":"https://hearken.example/fhir/Patient/1"}}`, "subject", "link Patient/1"},
		{"absolute reference elsewhere", observation + `"subject":{"reference":"https://other.example/fhir/Patient/1"}}`, "subject", "link https://other.example/fhir/Patient/1"},
		{"version elsewhere", observation + `"subject":{"reference":"https://other.example/fhir/Patient/1/_history/3"}}`, "subject", "link https://other.example/fhir/Patient/1 version 3"},
		{"urn", observation + `"subject":{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}}`, "subject", "link urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"},
		{"contained", observation + `"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}}`, "subject", "link #p"},
		{"logical reference", observation + `"subject":{"identifier":{"system":"http://s","value":"9"}}}`, "subject", "identified http://s|9"},
		{"both", observation + `"subject":{"reference":"Patient/1","identifier":{"value":"9"}}}`, "subject", "link Patient/1; identified |9"},
		{"display alone", observation + `"subject":{"display":"Someone"}}`, "subject", ""},
		{"patient of a patient", observation + `"subject":{"reference":"Patient/1"}}`, "patient", "link Patient/1"},
		{"patient, absolute", observation + `"subject":{"reference":"https://hearken.example/fhir/Patient/1"}}`, "patient", "link Patient/1"},
		{"patient, a version", observation + `"subject":{"reference":"Patient/1/_history/2"}}`, "patient", "link Patient/1 version 2"},
		{"patient elsewhere", observation + `"subject":{"reference":"https://other.example/fhir/Patient/1"}}`, "patient", "link https://other.example/fhir/Patient/1"},
		{"patient, contained", observation + `"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}}`, "patient", "link #p"},
		{"patient, a logical reference that names its type", observation + `"subject":{"type":"Patient","identifier":{"value":"9"}}}`, "patient", "identified |9"},
		{"patient of a group", observation + `"subject":{"reference":"Group/1"}}`, "patient", ""},
		{"canonical", `{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://q.example/q"}`, "questionnaire", "link http://q.example/q"},
		{"canonical with version", `{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://q.example/q|1.0"}`, "questionnaire", "link http://q.example/q; link http://q.example/q|1.0"},
		{"resource", `{"resourceType":"Bundle","type":"document","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Composition","id":"c","status":"final","type":{"text":"x"},"date":"2020","author":[{"display":"x"}],"title":"x"}}]}`,
			"composition", "link Composition/c"},

		{"uri", `{"resourceType":"ValueSet","status":"draft","url":"http://v.example/V"}`, "url", "uri http://v.example/V"},
		{"canonical as uri", encounter + `"meta":{"profile":["http://p.example/P|1"]}}`, "_profile", "uri http://p.example/P|1"},
		{"source", encounter + `"meta":{"source":"http://s.example"}}`, "_source", "uri http://s.example"},

		{"composite", observation + `"valueQuantity":{"value":5}}`, "code-value-quantity", "token http://loinc.org|1 $ quantity 5 5 ||"},
		{"composite, every pair", `{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a"},{"code":"b"}],"text":"c"},"valueQuantity":{"value":5}}`,
			"code-value-quantity", "token |a $ quantity 5 5 ||; token |b $ quantity 5 5 ||"},
		{"composite without one part", observation + `"valueString":"x"}`, "code-value-quantity", ""},
		{"composite of components keeps pairs apart", `{"resourceType":"Observation","status":"final","code":{"text":"bp"},"component":[{"code":{"coding":[{"code":"s"}]},"valueQuantity":{"value":120}},{"code":{"coding":[{"code":"d"}]},"valueQuantity":{"value":80}}]}`,
			"component-code-value-quantity", "token |s $ quantity 120 120 ||; token |d $ quantity 80 80 ||"},
		{"composite of either level", observation + `"valueQuantity":{"value":5},"component":[{"code":{"coding":[{"code":"s"}]},"valueQuantity":{"value":120}}]}`,
			"combo-code-value-quantity", "token http://loinc.org|1 $ quantity 5 5 ||; token |s $ quantity 120 120 ||"},
		{"composite with %resource", `{"resourceType":"MolecularSequence","coordinateSystem":0,"referenceSeq":{"chromosome":{"coding":[{"code":"1"}]},"windowStart":1,"windowEnd":9},"variant":[{"start":2,"end":3}]}`,
			"chromosome-variant-coordinate", "token |1 $ number 2 2 $ number 3 3"},
		{"composite whose parts were published the other way round", `{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"url":"http://x"}}],"relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/1"}}]}`,
			"relationship", "token http://hl7.org/fhir/document-relationship-type|replaces $ link DocumentReference/1"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			index := indexOf(t, row.resource)
			var got []string
			for _, entry := range index.Entries {
				if entry.Parameter.Code == row.code {
					got = append(got, describeValue(entry.Value))
				}
			}
			if text := strings.Join(got, "; "); text != row.want {
				t.Errorf("Index(%s) has for %s\n got %s\nwant %s", row.resource, row.code, text, row.want)
			}
		})
	}
}

func TestIndex_Zone(t *testing.T) {
	root := parseResource(t, `{"resourceType":"Patient","birthDate":"2020-07-14"}`)
	for zone, want := range map[string]string{
		"UTC":              "period 2020-07-14T00:00:00Z 2020-07-15T00:00:00Z",
		"Europe/London":    "period 2020-07-13T23:00:00Z 2020-07-14T23:00:00Z",
		"America/New_York": "period 2020-07-14T04:00:00Z 2020-07-15T04:00:00Z",
	} {
		index, err := extractorIn(t, zone).Index(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range index.Entries {
			if got := describeValue(entry.Value); entry.Parameter.Code == "birthdate" && got != want {
				t.Errorf("birthdate in %s = %s, want %s", zone, got, want)
			}
		}
	}
}

func TestIndex_Access(t *testing.T) {
	entries := indexOf(t, `{"resourceType":"Basic","code":{"text":"x"}}`).Entries
	last := entries[len(entries)-1]
	if last.Parameter != registry().Access("Basic") || last.Value != (query.Token{Code: search.PublicAccess}) {
		t.Errorf("last entry = %v %v, want the access token", last.Parameter, last.Value)
	}
}

func TestIndex_Compartments(t *testing.T) {
	rows := []struct{ name, resource, want string }{
		{"patient and encounter", `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/2"},"asserter":{"reference":"Practitioner/3"}}`,
			"Encounter/2 Patient/1 Practitioner/3"},
		{"two patients", `{"resourceType":"Appointment","status":"booked","participant":[{"actor":{"reference":"Patient/2"},"status":"accepted"},{"actor":{"reference":"Patient/1"},"status":"accepted"},{"actor":{"reference":"Patient/1"},"status":"accepted"}]}`,
			"Patient/1 Patient/2"},
		{"a linked patient", `{"resourceType":"Patient","link":[{"other":{"reference":"Patient/9"},"type":"refer"}]}`, "Patient/9"},
		{"a group is none", `{"resourceType":"Condition","subject":{"reference":"Group/1"}}`, ""},
		{"a reference elsewhere", `{"resourceType":"Condition","subject":{"reference":"https://other.example/fhir/Patient/1"}}`, ""},
		{"a type without compartments", `{"resourceType":"Organization","partOf":{"reference":"Organization/1"}}`, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			for _, key := range indexOf(t, row.resource).Compartments {
				got = append(got, key.String())
			}
			if text := strings.Join(got, " "); text != row.want {
				t.Errorf("Compartments = %s, want %s", text, row.want)
			}
		})
	}
}

// A resource with as many values as an attacker cares to write takes no more than linear time, and loses none.
func TestIndex_ManyValues(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"resourceType":"Patient","identifier":[`)
	const n = 20_000
	for i := range 2 * n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"system":"http://s","value":"%d"}`, i%n)
	}
	b.WriteString(`]}`)
	root, extractor := parseResource(t, b.String()), extractorIn(t, "UTC")
	var index query.Index
	var err error
	took := fhirtest.CPUTime(t, func() { index, err = extractor.Index(root) })
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, entry := range index.Entries {
		if entry.Parameter.Code == "identifier" {
			found++
		}
	}
	if found != n || took > 5*time.Second {
		t.Errorf("Index found %d identifiers in %v, want %d in far less than a second", found, took, n)
	}
}

// Values that multiply are refused before they fill the memory; many that do not are not.
func TestIndex_ManyTuples(t *testing.T) {
	sequence := func(codings, variants int) string {
		coding := strings.TrimSuffix(strings.Repeat(`{"code":"1"},`, codings), ",")
		variant := strings.TrimSuffix(strings.Repeat(`{"start":1,"end":2},`, variants), ",")
		return `{"resourceType":"MolecularSequence","coordinateSystem":0,"referenceSeq":{"chromosome":{"coding":[` + coding +
			`]}},"variant":[` + variant + `]}`
	}
	distinct := sequence(1, 20_000)
	if _, err := extractorIn(t, "UTC").Index(parseResource(t, distinct)); err != nil {
		t.Errorf("Index of 20,000 variants: %v", err)
	}
	codings := make([]string, 3000)
	for i := range codings {
		codings[i] = fmt.Sprintf(`{"code":"%d"}`, i)
	}
	hostile := strings.Replace(sequence(1, 3000), `{"code":"1"}`, strings.Join(codings, ","), 1)
	if _, err := extractorIn(t, "UTC").Index(parseResource(t, hostile)); fhir.CodeOf(err) != fhir.CodeTooCostly {
		t.Errorf("Index of 9,000,000 combinations = %v, want too-costly", err)
	}
}

// A resource in a Bundle has the values it has by itself.
func TestIndex_InBundle(t *testing.T) {
	const observation = `{"resourceType":"Observation","id":"o","meta":{"tag":[{"code":"t"}]},"status":"final","code":{"coding":[{"code":"c"}]},"subject":{"reference":"Patient/1"},"valueQuantity":{"value":5}}`
	bundle := parseResource(t, `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":`+observation+`,"request":{"method":"POST","url":"Observation"}}]}`)
	x := extractorIn(t, "Europe/London")
	inside, err := x.Index(bundle.Child("entry").Child("resource"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(indexOf(t, observation), inside, cmp.Comparer(func(a, b *query.Parameter) bool { return a == b })); diff != "" {
		t.Errorf("Index alone and in a Bundle (-alone +inside):\n%s", diff)
	}
}

func TestIndex_Twice(t *testing.T) {
	root := parseResource(t, `{"resourceType":"Patient","name":[{"family":"A"}],"gender":"male","birthDate":"1970"}`)
	x := extractorIn(t, "Europe/London")
	first, err := x.Index(root)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := x.Index(root)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again, cmp.Comparer(func(a, b *query.Parameter) bool { return a == b })); diff != "" {
			t.Fatalf("Index again (-first +again):\n%s", diff)
		}
	}
}

func TestIndex_Examples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fhirtest.SharedData(t, "examples"), "*", "*.json"))
	if err != nil || len(files) < 500 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	x, used := extractorIn(t, "Europe/London"), map[string]bool{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree, _ := element.Parse(r4.Definitions(), src, element.Limits{})
		if tree == nil {
			continue // refused by the reader; its own tests say which
		}
		index, err := x.Index(tree.Root())
		if err != nil {
			t.Errorf("Index(%s): %v", filepath.Base(file), err)
		}
		for _, entry := range index.Entries {
			if entry.Parameter.Base != fhir.Type(tree.Root().Structure().Name) {
				t.Errorf("Index(%s) has a value for %s", filepath.Base(file), entry.Parameter)
			}
			used[entry.Parameter.String()] = true
		}
	}
	if len(used) < 1000 {
		t.Errorf("the examples have values for %d parameters, want 1,000 at least", len(used))
	}
}

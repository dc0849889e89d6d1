package interaction_test

import (
	"strings"
	"testing"
)

// writtenBack has the author write a Patient, and whoever sees it without its key safes write back what they
// saw; it is what is stored then.
func writtenBack(t *testing.T, stored, seen string) string {
	t.Helper()
	s := guarded(t)
	if a := answer(s, as(principal("author", "user/*.cruds"), "PUT", "Patient/p1", stored)); a.Status != 200 {
		t.Fatalf("the author writes: %d %s", a.Status, a.Body)
	}
	if a := answer(s, as(principal("gp", "user/*.cruds"), "PUT", "Patient/p1", seen)); a.Status != 200 {
		t.Fatalf("the practice writes back: %d %s", a.Status, a.Body)
	}
	s.Login = nil
	return string(mustDo(t, s, 200, "GET", "Patient/p1", "").Body)
}

// Every key safe comes back to the address it is of, however many there are, and whatever else says the same.
func TestKeySafe_Places(t *testing.T) {
	other := `{"url":"urn:x","valueString":"y"}`
	second := strings.Replace(strings.TrimSuffix(strings.TrimPrefix(keySafe, `"extension":[`), "]"), "SecretCode", "SecondCode", 1)
	first := strings.TrimSuffix(strings.TrimPrefix(keySafe, `"extension":[`), "]")
	there := `{"use":"old","text":"There"}`
	for _, row := range []struct{ name, stored, seen, want string }{
		{"two at one address", livesAt("", withSafe(home, `"extension":[`+first+","+second+`]`)), livesAt("", home),
			`"address":[` + withSafe(home, `"extension":[`+first+","+second+`]`) + `]`},
		{"beside another extension", livesAt("", withSafe(home, `"extension":[`+other+","+first+`]`)), livesAt("", withSafe(home, `"extension":[`+other+`]`)),
			`"address":[` + withSafe(home, `"extension":[`+other+","+first+`]`) + `]`},
		{"at two addresses that are the same", livesAt("", withSafe(home, `"extension":[`+first+`]`), withSafe(home, `"extension":[`+second+`]`)), livesAt("", home, home),
			`"address":[` + withSafe(home, `"extension":[`+first+`]`) + "," + withSafe(home, `"extension":[`+second+`]`) + `]`},
		{"at an address that says what a name does", strings.Replace(livesAt("", withSafe(there, `"extension":[`+first+`]`)), `"address"`, `"name":[`+there+`],"address"`, 1),
			strings.Replace(livesAt("", there), `"address"`, `"name":[`+there+`],"address"`, 1), `"name":[` + there + `],"address":[` + withSafe(there, `"extension":[`+first+`]`) + `]`},
		{"a picture at the URL of the extension", strings.Replace(livesAt("", home), `"address"`, `"photo":[{"url":"https://hearken.example.org/fhir/StructureDefinition/key-safe"}],"address"`, 1),
			strings.Replace(livesAt("", home), `"address"`, `"photo":[{"title":"another"}],"address"`, 1), `"photo":[{"title":"another"}],"address":[` + home + `]`},
	} {
		if got := writtenBack(t, row.stored, row.seen); !strings.Contains(got, row.want) {
			t.Errorf("%s: stored is %s\nwant %s", row.name, got, row.want)
		}
	}
}

// The tags of a redacted view are not stored, and all others are.
func TestKeySafe_Tags(t *testing.T) {
	const observed = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
	others := `"tag":[{"system":"urn:x","code":"REDACTED"},{"system":"` + observed + `","code":"OTHER"}]`
	labels := `"security":[{"system":"` + observed + `","code":"REDACTED"}]`
	tagged := strings.Replace(others, `[`, `[{"system":"`+observed+`","code":"REDACTED"},`, 1)
	got := writtenBack(t, livesAt("", withSafe(home, keySafe), house), livesAt(`"meta":{`+labels+","+tagged+`},`, home, house))
	if !strings.Contains(got, others) || !strings.Contains(got, labels) {
		t.Errorf("stored is %s", got)
	}
	s := keySafeServer(t)
	if a := answer(s, as(principal("gp", "user/*.cruds"), "PUT", "Patient/p1", livesAt(`"meta":{`+labels+","+tagged+`},`, home, house))); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for tag, total := range map[string]string{"_tag=urn:x|REDACTED": "1", "_tag=" + observed + "|OTHER": "1", "_tag=" + observed + "|REDACTED": "0", "_security=" + observed + "|REDACTED": "1"} {
		if a := answer(s, as(principal("author", "user/*.cruds"), "GET", "Patient?_id=p1&"+tag, "")); text(t, a.Body, "total") != total {
			t.Errorf("%s: %s, want the total %s", tag, a.Body, total)
		}
	}
}

// Where there is no key safe nothing of what is written is changed, however its text is escaped.
func TestKeySafe_None(t *testing.T) {
	tag := `"meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"}]},`
	body := strings.Replace(livesAt(tag, home), "1 High Street", `1\/2 High Street`, 1)
	if got := writtenBack(t, body, body); !strings.Contains(got, `"code":"REDACTED"`) {
		t.Errorf("stored is %s", got)
	}
	s := guarded(t)
	if a := answer(s, as(principal("author", "user/*.cruds"), "PUT", "Patient/p1", strings.Replace(body, tag, "", 1))); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := answer(s, as(principal("gp", "user/*.cruds"), "GET", "Patient/p1", "")); !strings.Contains(string(a.Body), "SecretWords") {
		t.Errorf("the text of what nothing is withheld of is not shown: %s", a.Body)
	}
}

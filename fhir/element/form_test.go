package element_test

import (
	"strings"
	"testing"

	"hearken/fhir/element"
)

func TestValidPrimitive(t *testing.T) {
	for _, row := range []struct {
		typ       string
		good, bad []string
	}{
		{"date",
			[]string{"2024", "2024-02", "2024-02-29", "0001-01-01", "9999-12-31", "2000-02-29"},
			[]string{"", "0000", "24", "20244", "2024-", "2024-1", "2024-13", "2024-00", "2023-02-29", "1900-02-29", "2024-04-31", "2024-02-29T", "2024-02-29Z", " 2024", "2024-02-1", "2024-02-00", "2024/02/01", "+2024", "-2024"}},
		{"dateTime",
			[]string{"2024", "2024-02", "2024-02-29", "2024-02-29T23:59:59Z", "2024-02-29T00:00:60Z", "2024-02-29T12:00:00.123456789+14:00", "2024-02-29T12:00:00-00:00", "2024-02-29T12:00:00.2Z"},
			[]string{"2024-02-29T24:00:00Z", "2024-02-29T12:00:00", "2024-02-29T12:00Z", "2024-02T12:00:00Z", "2024T12:00:00Z", "2024-02-29T12:60:00Z", "2024-02-29T12:00:61Z", "2024-02-29T12:00:00.Z", "2024-02-29T12:00:00+14:01", "2024-02-29T12:00:00+1400", "2024-02-29 12:00:00Z", "2024-02-29T12:00:00z", "2024-02-30T12:00:00Z", "2024-02-29T", "2024-02-29T12:00:00+15:00", "2024-02-29T12:00:00+01:60", "2024-02-29T1:00:00Z"}},
		{"instant",
			[]string{"2015-02-07T13:28:17.239+02:00", "2017-01-01T00:00:00Z"},
			[]string{"2015", "2015-02", "2015-02-07", "2015-02-07T13:28:17", "2015-02-29T13:28:17Z"}},
		{"time",
			[]string{"00:00:00", "23:59:59", "12:00:00.5", "12:00:60"},
			[]string{"24:00:00", "12:00", "12:00:00Z", "12:00:00.", "1:00:00", "12:00:61", "12-00-00"}},
		{"integer",
			[]string{"0", "1", "-1", "2147483647", "-2147483648"},
			[]string{"", "-", "-0", "00", "01", "1.0", "1e2", "+1", "2147483648", "-2147483649", "99999999999999999999"}},
		{"unsignedInt", []string{"0", "2147483647"}, []string{"-1", "-0", "2147483648"}},
		{"positiveInt", []string{"1", "2147483647"}, []string{"0", "-1"}},
		{"decimal",
			[]string{"0", "-0", "1.00", "0.1000000000000000000001", "1e5", "-1.5E-7", "1E+2"},
			[]string{"", ".5", "5.", "01", "1e", "+1", "1.e5", "NaN", "0x1", "1e+", "--1"}},
		{"boolean", []string{"true", "false"}, []string{"", "True", "1", "yes"}},
		{"id", []string{"a", "A-1.b", strings.Repeat("a", 64)}, []string{"", "a_b", "a b", strings.Repeat("a", 65), "é"}},
		{"oid", []string{"urn:oid:1.2.3", "urn:oid:2.16.840.1.113883.4.642.2.0", "urn:oid:0.0"},
			[]string{"1.2.3", "urn:oid:3.1", "urn:oid:1", "urn:oid:1.", "urn:oid:1.02", "urn:oid:1..2", "urn:oid:", "urn:oid:1.2a", "urn:oid:10.1"}},
		{"uuid", []string{"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},
			[]string{"c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "urn:uuid:c757873dec9a4326a141556f43239520", "urn:uuid:c757873d-ec9a-4326-a141-556f4323952"}},
		{"uri", []string{"http://a.example/b?c#d", "urn:a", "x", "http://é.example"}, []string{"", "a b", "a\tb", " a", "a\n"}},
		{"canonical", []string{"http://a.example/b|1"}, []string{"http://a.example/ b"}},
		{"url", []string{"mailto:a@b.example"}, []string{"a b"}},
		{"code", []string{"a", "a b", "a-b", "ä", "a b c"}, []string{"", " a", "a ", "a  b", "a\t b", "\ta", "a\u0001"}},
		{"base64Binary", []string{"AAAA", "AAA=", "AA==", "AAAA AAAA", "AAAA\r\nAA==\n", " AAAA"},
			[]string{"", " ", "A", "AAA", "A===", "AA=A", "====", "AAAA=", "AA A", "AAA-", "AAAAA"}},
		{"string", []string{"a", " ", "a\tb\r\nc", "\u007f", strings.Repeat("a", 1<<20)}, []string{"", "a\u0000", "\u001b", strings.Repeat("a", 1<<20+1)}},
		{"markdown", []string{"# a\n"}, []string{"\u0008"}},
		{"xhtml", []string{`<div xmlns="http://www.w3.org/1999/xhtml">a</div>`}, []string{"a", "<p/>", "<div>", "<div></div><div></div>"}},
	} {
		t.Run(row.typ, func(t *testing.T) {
			for _, text := range row.good {
				if !element.ValidPrimitive(row.typ, text) {
					t.Errorf("ValidPrimitive(%s, %.40q) = false, want true", row.typ, text)
				}
			}
			for _, text := range row.bad {
				if element.ValidPrimitive(row.typ, text) {
					t.Errorf("ValidPrimitive(%s, %.40q) = true, want false", row.typ, text)
				}
			}
		})
	}
}

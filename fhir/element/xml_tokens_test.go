package element_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// xmlTokens is the content of a resource in XML as the standard library reads it: elements by namespace with
// their attributes in no order, text within narratives. Comments, instructions, white space between elements
// and xsi:schemaLocation are not content.
func xmlTokens(t testing.TB, source []byte) []string {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(source))
	var tokens []string
	div := 0 // how many elements of a narrative are open
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return tokens
		case err != nil:
			t.Fatalf("encoding/xml: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			tokens = append(tokens, "<"+token.Name.Space+" "+token.Name.Local+attributesOf(token))
			if token.Name.Space == "http://www.w3.org/1999/xhtml" {
				div++
			}
		case xml.EndElement:
			tokens = append(tokens, ">"+token.Name.Local)
			if div > 0 {
				div--
			}
		case xml.CharData:
			if div > 0 {
				tokens = append(tokens, string(token))
			}
		}
	}
}

func attributesOf(e xml.StartElement) string {
	var attributes []string
	for _, a := range e.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" && a.Name.Local != "schemaLocation" {
			attributes = append(attributes, fmt.Sprintf(" %s=%q", a.Name.Local, a.Value))
		}
	}
	slices.Sort(attributes)
	return strings.Join(attributes, "")
}

// TestXML_PublishedTokenByToken reads all XML of UK Core and of HL7's suites, keeps its JSON alone, and
// writes that as XML again: for somebody else's parser it is what was published, token by token.
func TestXML_PublishedTokenByToken(t *testing.T) {
	root := fhirtest.SharedData(t)
	same, examples := 0, 0
	for _, folder := range []string{"ukcore", "fhir-test-cases/snapshot-generation/r4b", "fhir-test-cases/fhirpath/input"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry os.DirEntry, err error) error {
			name, _ := filepath.Rel(root, path)
			if name = filepath.ToSlash(name); err != nil || !strings.HasSuffix(path, ".xml") || publishedFaults[name] != "" {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			again := throughJSON(t, name, source)
			if want, got := xmlTokens(t, spaced(source)), xmlTokens(t, again); !slices.Equal(want, got) {
				t.Errorf("%s is not the same after JSON (-published +written):\n%.3000s", name, cmp.Diff(want, got))
			}
			if same++; strings.Contains(name, "ukcore/examples/") {
				examples++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if examples < 211 {
		t.Errorf("%d examples of UK Core are the same, want 211: 215 but for four that are not valid", examples)
	}
	t.Logf("%d files, %d of them examples of UK Core", same, examples)
}

// throughJSON is XML read, kept as JSON, read from that and written as XML.
func throughJSON(t testing.TB, name string, source []byte) []byte {
	t.Helper()
	tree, outcome := element.ParseXML(r4.Definitions(), source, element.Limits{})
	if tree == nil {
		t.Fatalf("ParseXML(%s) = %+v, want a tree", name, outcome)
	}
	fresh, outcome := element.Parse(r4.Definitions(), element.ToJSON(tree), element.Limits{})
	if fresh == nil {
		t.Fatalf("%s: Parse(ToJSON) = %+v, want a tree", name, outcome)
	}
	return element.AppendXML(nil, fresh.Root(), element.WriteOptions{})
}

// spaced does to attributes what XML has every reader do (https://www.w3.org/TR/xml/#AVNormalize), and
// encoding/xml does not: a line end or tab that is no reference is a space.
func spaced(source []byte) []byte {
	out := bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	quote, inTag := byte(0), false
	for i, c := range out {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0 && (c == '\n' || c == '\t' || c == '\r'):
			out[i] = ' '
		case quote != 0:
		case !inTag && c == '<' && !bytes.HasPrefix(out[i:], []byte("<!--")):
			inTag = true
		case inTag && c == '>':
			inTag = false
		case inTag && (c == '"' || c == '\''):
			quote = c
		}
	}
	return out
}

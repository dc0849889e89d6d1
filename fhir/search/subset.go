package search

import (
	"bytes"
	"encoding/json"
	"strings"

	"hearken/fhir/element"
)

// subsettedCoding marks a resource that is not complete, so that nobody writes it back
// (https://hl7.org/fhir/R4/search.html#summary).
const (
	observationValues = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
	subsettedCode     = "SUBSETTED"
	redactedCode      = "REDACTED"
	subsettedCoding   = `{"system":"` + observationValues + `","code":"` + subsettedCode + `"}`
	redactedCoding    = `{"system":"` + observationValues + `","code":"` + redactedCode + `"}`
)

// Subset writes the elements of a resource that a filter keeps, as JSON, with the tag SUBSETTED added to meta. The
// root is the resource, with id and meta as they are to be answered; pretty is for people.
func Subset(root element.Node, keep func(element.Node) bool, pretty bool) []byte {
	return tagged(root, element.WriteOptions{Keep: keep}, pretty, subsettedCoding)
}

// Redact writes the elements of a resource that somebody may see, with the tag REDACTED: what is missing was
// not left out to save space (https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html). Unless it may
// be written back as it is, without loss, it is tagged SUBSETTED as well. Of those that mask names it is told
// that they are there, and nothing else.
func Redact(root element.Node, keep, mask func(element.Node) bool, returnable bool) []byte {
	codings := subsettedCoding + "," + redactedCoding
	if returnable {
		codings = redactedCoding
	}
	return tagged(root, element.WriteOptions{Keep: keep, Mask: mask}, false, codings)
}

// Incomplete reports whether a resource says by its tags that it is not complete, and by which tag; redacted
// is whether something was withheld in it besides.
func Incomplete(root element.Node) (tag element.Node, redacted bool) {
	for child := range root.Child("meta").Children() {
		if child.Name() != "tag" || child.Child("system").Text() != observationValues {
			continue
		}
		switch child.Child("code").Text() {
		case subsettedCode:
			tag = child
		case redactedCode:
			redacted = true
		}
	}
	return tag, redacted
}

func tagged(root element.Node, o element.WriteOptions, pretty bool, codings string) []byte {
	text := element.AppendJSON(nil, root, element.WriteOptions{Mask: o.Mask, Keep: func(n element.Node) bool {
		return (n.Parent() != root || n.Name() != "meta") && o.Keep(n)
	}})
	// The first member is resourceType, always: meta goes right behind it.
	head := len(`{"resourceType":""`) + len(root.Structure().Name)
	out := make([]byte, 0, len(text)+256)
	out = append(out, text[:head]...)
	out = append(out, `,"meta":`...)
	out = appendTaggedMeta(out, root.Child("meta"), o, codings)
	out = append(out, text[head:]...)
	if !pretty {
		return out
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, out, "", "  "); err != nil {
		return out // cannot be: it is our own JSON
	}
	return indented.Bytes()
}

// appendTaggedMeta writes a Meta, which may be absent, with the tags added to those it has.
func appendTaggedMeta(dst []byte, meta element.Node, o element.WriteOptions, codings string) []byte {
	dst = append(dst, '{')
	if !meta.IsZero() {
		mark := len(dst) - 1
		dst = element.AppendJSON(dst[:mark], meta, element.WriteOptions{Mask: o.Mask, Keep: func(n element.Node) bool {
			return (n.Parent() != meta || n.Name() != "tag") && o.Keep(n)
		}})
		if dst = dst[:len(dst)-1]; len(dst) > mark+1 { // reopen the object
			dst = append(dst, ',')
		}
	}
	dst = append(dst, `"tag":[`...)
	for tag := range meta.Children() {
		if tag.Name() != "tag" || !o.Keep(tag) || isAdded(tag, codings) {
			continue
		}
		dst = element.AppendJSON(dst, tag, o)
		dst = append(dst, ',')
	}
	return append(append(dst, codings...), "]}"...)
}

// isAdded reports whether a tag is one of the codings.
func isAdded(tag element.Node, codings string) bool {
	code := tag.Child("code").Text()
	return tag.Child("system").Text() == observationValues && (code == subsettedCode || code == redactedCode) && strings.Contains(codings, `"`+code+`"`)
}

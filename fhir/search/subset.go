package search

import (
	"bytes"
	"encoding/json"

	"hearken/fhir/element"
)

// subsettedCoding marks a resource that is not complete, so that nobody writes it back
// (https://hl7.org/fhir/R4/search.html#summary).
const (
	observationValues = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
	subsettedCode     = "SUBSETTED"
	redactedCode      = "REDACTED"
	subsettedCoding   = `{"system":"` + observationValues + `","code":"` + subsettedCode + `"}`
	redactedCoding    = subsettedCoding + `,{"system":"` + observationValues + `","code":"` + redactedCode + `"}`
)

// Subset writes the elements of a resource that a filter keeps, as JSON, with the tag SUBSETTED added to meta. The
// root is the resource, with id and meta as they are to be answered; pretty is for people.
func Subset(root element.Node, keep func(element.Node) bool, pretty bool) []byte {
	return tagged(root, element.WriteOptions{Keep: keep}, pretty, subsettedCoding)
}

// Redact writes the elements of a resource that somebody may see, as Subset does, with the tag REDACTED besides: what is missing was not left
// out to save space (https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html). Of those that mask names it is told that they are there,
// and nothing else.
func Redact(root element.Node, keep, mask func(element.Node) bool) []byte {
	return tagged(root, element.WriteOptions{Keep: keep, Mask: mask}, false, redactedCoding)
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
	return tag.Child("system").Text() == observationValues && (code == subsettedCode || code == redactedCode && codings == redactedCoding)
}

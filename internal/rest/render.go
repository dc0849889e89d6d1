package rest

import (
	"bytes"
	"encoding/json"
	"math"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// form is how resources of an answer are written.
type form struct {
	format element.Format // JSON or XML
	pretty bool           // _pretty=true: indented
}

// render writes a resource, which interactions give as JSON, in a form. It fails on what is no resource, which
// would be a fault of ours.
func render(set *definition.Set, resource []byte, as form) ([]byte, bool) {
	switch {
	case as.format == element.XML:
		return renderXML(set, resource, as.pretty)
	case as.pretty:
		return indent(resource), true
	}
	return resource, true
}

// renderLimits bound what is written as XML: it was made here, of resources that were read within limits, and
// a Bundle adds a few levels to the deepest of them.
var renderLimits = element.Limits{Depth: 8 * element.DefaultLimits().Depth, Bytes: math.MaxInt, Nodes: math.MaxInt}

func renderXML(set *definition.Set, resource []byte, pretty bool) ([]byte, bool) {
	tree, _ := element.Parse(set, resource, renderLimits)
	if tree == nil {
		return nil, false
	}
	out := make([]byte, 0, len(element.XMLDeclaration)+len(resource)+len(resource)/4)
	out = append(out, element.XMLDeclaration...)
	if pretty {
		out = append(out, '\n')
	}
	out = element.AppendXML(out, tree.Root(), element.WriteOptions{Pretty: pretty})
	if pretty {
		out = append(out, '\n')
	}
	return out, true
}

// indent is a resource's JSON for people. What is not JSON, which would be a fault of ours, stays as it is.
func indent(body []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return body
	}
	out.WriteByte('\n')
	return out.Bytes()
}

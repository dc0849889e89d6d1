package interaction

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/search"
)

// parameterReader reads the parameters of one call, and collects what is wrong with them.
type parameterReader struct {
	server    *Server
	operation *operation
	defs      []definition.OperationParameter
	lenient   bool
	all       parameters
	issues    fhir.Outcome
}

// report adds a fault at a place in the body, or at a name of the URL.
func (r *parameterReader) report(n element.Node, name string, code fhir.IssueCode, detail, format string, args ...any) {
	issue := fhir.Issue{Severity: fhir.SeverityError, Code: code, Detail: detail, Diagnostics: fmt.Sprintf(format, args...)}
	if n.IsZero() {
		issue.Expression = []string{"http." + search.Presentable(name)}
	} else {
		issue.Expression = []string{n.Location()}
		issue.Line, issue.Column = n.LineColumn()
	}
	r.issues = append(r.issues, issue)
}

// find gives the definition of a name, or reports that there is none.
func (r *parameterReader) find(defs []definition.OperationParameter, n element.Node, name string) *definition.OperationParameter {
	var valid []string
	for i := range defs {
		d := &defs[i]
		switch {
		case d.Out:
		case d.Name == name:
			return d
		default:
			valid = append(valid, d.Name)
		}
	}
	if !r.lenient {
		r.report(n, name, fhir.CodeInvalid, detailUnknownParameter, "unknown parameter %q of $%s; valid are: %s",
			search.Presentable(name), r.operation.name, strings.Join(valid, ", "))
	}
	return nil
}

// pair reads a parameter of the URL.
func (r *parameterReader) pair(pair search.Pair) {
	d := r.find(r.defs, element.Node{}, pair.Name)
	if d == nil {
		return
	}
	structure := r.server.Definitions.Structure(d.Type)
	if structure == nil || structure.Kind != definition.Primitive {
		r.report(element.Node{}, pair.Name, fhir.CodeInvalid, detailParameterValue, "parameter %q is not a simple value: it can only be sent in a Parameters resource, by POST", d.Name)
		return
	}
	if node, ok := r.value(structure, pair.Value); ok {
		r.all = append(r.all, parameter{def: d, node: node})
		return
	}
	r.report(element.Node{}, pair.Name, fhir.CodeInvalid, detailParameterValue, "the value of parameter %q is no %s", d.Name, d.Type)
}

// value makes a node of a text by writing the Parameters resource that would hold it, so that both ways to
// call an operation are read by the same rules.
func (r *parameterReader) value(structure *definition.Structure, text string) (element.Node, bool) {
	name := structure.Name
	json := []byte(`{"resourceType":"Parameters","parameter":[{"name":"value","value` + strings.ToUpper(name[:1]) + name[1:] + `":`)
	switch name {
	case "boolean", "integer", "decimal", "positiveInt", "unsignedInt":
		if text != "true" && text != "false" && (text == "" || strings.Trim(text, "0123456789+-.eE") != "") {
			return element.Node{}, false
		}
		json = append(json, text...)
	default:
		json = element.AppendString(json, text)
	}
	tree, faults := element.Parse(r.server.Definitions, append(json, `}]}`...), r.server.Limits.Element)
	if faults.Failed() {
		return element.Node{}, false
	}
	return tree.Root().Child("parameter").Child("value"), true
}

// body reads the resource that was sent: Parameters, or what stands for the one resource the operation takes.
func (r *parameterReader) body(root element.Node) {
	if root.Structure().Name == "Parameters" {
		r.all = append(r.all, r.children(r.defs, root, "parameter")...)
		return
	}
	var taking []*definition.OperationParameter
	for i := range r.defs {
		if d := &r.defs[i]; !d.Out && (d.Type == "Any" || root.Structure().IsA(d.Type)) {
			taking = append(taking, d)
		}
	}
	if len(taking) != 1 {
		r.report(root, "", fhir.CodeInvalid, detailParameterValue, "the body of this operation has to be a Parameters resource")
		return
	}
	r.all = append(r.all, parameter{def: taking[0], node: root})
}

// children reads the parameters or parts below a node.
func (r *parameterReader) children(defs []definition.OperationParameter, parent element.Node, element string) parameters {
	var all parameters
	for n := range parent.Children() {
		if n.Name() != element {
			continue
		}
		d := r.find(defs, n, n.Child("name").Text())
		if d == nil {
			continue
		}
		if one, ok := r.one(d, n); ok {
			all = append(all, one)
		}
	}
	return all
}

func (r *parameterReader) one(d *definition.OperationParameter, n element.Node) (parameter, bool) {
	value, resource := n.Child("value"), n.Child("resource")
	if resource.IsZero() {
		resource = value
	}
	switch {
	case len(d.Parts) > 0 && resource.IsZero():
		p := parameter{def: d, parts: r.children(d.Parts, n, "part")}
		r.count(d.Parts, p.parts, n.Location())
		return p, true
	case len(d.Parts) > 0:
		r.report(n, "", fhir.CodeInvalid, detailParameterValue, "parameter %q has parts, and no value", d.Name)
	case resource.IsZero() || resource.IsPrimitive() && !resource.HasValue() || !fits(d.Type, resource):
		r.report(n, "", fhir.CodeInvalid, detailParameterValue, "parameter %q has to be of type %s", d.Name, d.Type)
	default:
		return parameter{def: d, node: resource}, true
	}
	return parameter{}, false
}

// alike are the types that clients send for one another, and that are written alike.
var alike = [][]string{{"uri", "url", "canonical"}, {"string", "code", "id"}}

// fits reports whether a value or resource is of the type of a parameter.
func fits(typ string, n element.Node) bool {
	switch typ {
	case "Any":
		return true
	case "Element":
		return !n.IsResource()
	}
	return n.Structure().IsA(typ) || slices.ContainsFunc(alike, func(names []string) bool {
		return slices.Contains(names, typ) && slices.Contains(names, n.Structure().Name)
	})
}

// count checks how often each parameter is given; at is where they stand, "" for all of a call.
func (r *parameterReader) count(defs []definition.OperationParameter, all parameters, at string) {
	times := map[*definition.OperationParameter]int{}
	for i := range all {
		times[all[i].def]++
	}
	for i := range defs {
		d := &defs[i]
		issue := fhir.Issue{Severity: fhir.SeverityError}
		switch n := times[d]; {
		case d.Out:
			continue
		case n < d.Min:
			issue.Code, issue.Detail, issue.Diagnostics = fhir.CodeRequired, detailMissingParameter, fmt.Sprintf("parameter %q of $%s is required", d.Name, r.operation.name)
		case d.Max != definition.Unbounded && n > d.Max && !slices.Contains(r.operation.several, d.Name):
			issue.Code, issue.Detail, issue.Diagnostics = fhir.CodeInvalid, detailRepeatedParameter, fmt.Sprintf("parameter %q of $%s is given more than %d times", d.Name, r.operation.name, d.Max)
		default:
			continue
		}
		if at != "" {
			issue.Expression = []string{at}
		}
		r.issues = append(r.issues, issue)
	}
}

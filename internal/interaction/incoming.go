package interaction

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/conformance"
	"hearken/internal/store"
)

// incoming is a resource a client wants stored: read, checked and indexed, all before any lock.
type incoming struct {
	node    element.Node
	index   query.Index
	encoded any          // see store.Encoder
	remarks fhir.Outcome // warnings and information
}

// receive reads the body of a create or update of type typ.
func (s *Server) receive(ctx context.Context, r *request, typ fhir.Type) (incoming, error) {
	by, err := s.definitions(ctx)
	if err != nil {
		return incoming{}, err
	}
	var in incoming
	if in.node, in.remarks, err = s.admit(by, r, typ); err != nil {
		return incoming{}, err
	}
	return in, s.index(&in)
}

// admit reads and judges the body of a write. What is wrong is told at once, with lines and columns if they
// are those of what was sent; else there may be remarks.
func (s *Server) admit(by *conformance.Definitions, r *request, typ fhir.Type, profiles ...string) (element.Node, fhir.Outcome, error) {
	root, err := s.resource(r, typ)
	if err != nil {
		return element.Node{}, nil, r.placed(s.withRules(by, err, &r.Call, typ, profiles...))
	}
	issues := s.judge(by, root, profiles...)
	if r.row != nil && r.extended == nil { // otherwise it is not written
		issues = append(issues, checkComplete(root)...)
	}
	remarks, err := checked(issues)
	return root, r.placedIssues(remarks), r.placed(err)
}

// index finds what is searchable of the resource, and lets the store do what it can beforehand.
func (s *Server) index(in *incoming) (err error) {
	if in.index, err = s.Extractor.Index(in.node); err != nil {
		return err
	}
	engine, ok := s.Store.(store.Encoder)
	if !ok {
		return nil
	}
	p := in.prepared(fhir.Key{Type: fhir.Type(in.node.Structure().Name)}, store.Create)
	err = engine.Encode(&p)
	in.encoded = p.Encoded
	return err
}

// parse reads a resource of the type, or of any when typ is "", in the JSON that is stored.
func (s *Server) parse(body []byte, typ fhir.Type) (element.Node, error) {
	return s.parseSent(body, element.JSON, typ)
}

// parseSent reads exactly one resource of the type, or of any when typ is "". All faults are told at once: 400.
func (s *Server) parseSent(body []byte, format element.Format, typ fhir.Type) (element.Node, error) {
	if len(body) == 0 {
		return element.Node{}, fhir.Errorf(fhir.CodeInvalid, "a resource is expected in the body").Detailed("no-body")
	}
	tree, faults := format.ParseAs(s.Definitions, typ, body, s.Limits.Element)
	if faults.Failed() {
		return element.Node{}, unreadable(faults)
	}
	return tree.Root(), nil
}

func unreadable(faults fhir.Outcome) error {
	return &fhir.Error{Code: worstOf(faults, fhir.CodeInvalid), Issues: faults}
}

// format is what the body is a resource in, if it is one: JSON unless it is said to be XML.
func (c *Call) format() element.Format {
	return max(element.FormatOf(plainMediaType(c.MediaType)), element.JSON)
}

// placed is an error of the body with lines and columns only if they are those of what was sent.
func (c *Call) placed(err error) error {
	var e *fhir.Error
	if !c.Remade || !errors.As(err, &e) {
		return err
	}
	out := *e
	out.Issues = c.placedIssues(e.Issues)
	return &out
}

func (c *Call) placedIssues(issues fhir.Outcome) fhir.Outcome {
	if !c.Remade {
		return issues
	}
	issues = slices.Clone(issues)
	for i := range issues {
		issues[i].Line, issues[i].Column = 0, 0
	}
	return issues
}

// worstOf is the code of a whole body: too-long when that is what is wrong with it, otherwise usual.
func worstOf(issues fhir.Outcome, usual fhir.IssueCode) fhir.IssueCode {
	for _, issue := range issues {
		if issue.Code == fhir.CodeTooLong {
			return fhir.CodeTooLong
		}
	}
	return usual
}

// prepared is the resource ready to be stored under key. Whatever id the client wrote is replaced.
func (in *incoming) prepared(key fhir.Key, method store.Method) store.Prepared {
	node := in.node
	return store.Prepared{Key: key, Method: method, Index: in.index, Encoded: in.encoded, Resource: node, Patients: ownersOf(key, in.index),
		Stamp: func(version fhir.VersionID, at time.Time) []byte { return element.Stamp(node, key.ID, version, at) }}
}

// id is the logical id the client wrote, "" for none.
func (in *incoming) id() fhir.ID { return fhir.ID(in.node.Child("id").Text()) }

// The values of Prefer: return that change an answer; representation is the default.
const (
	returnMinimal        = "minimal"
	returnRepresentation = "representation"
	returnOutcome        = "OperationOutcome"
)

// written is the answer to a write: what was stored, in the measure Prefer asks for
// (https://hl7.org/fhir/R4/http.html#ops).
func written(c *Call, rec store.Record, status int, remarks fhir.Outcome) Answer {
	a := Answer{Status: status, Version: tagOf(rec), LastModified: rec.LastUpdated, Location: versionURL(c.Base, rec), Remarks: remarks}
	switch c.Prefer.Return {
	case returnMinimal:
	case returnOutcome:
		a.Body = Outcome(append(remarks[:len(remarks):len(remarks)], done(status)))
	default:
		a.Body, a.Shown = rec.Body, []store.Record{rec}
	}
	return a
}

func done(status int) fhir.Issue {
	words := map[int]string{http.StatusCreated: "created", http.StatusOK: "done"}[status]
	return fhir.Issue{Severity: fhir.Information, Code: fhir.CodeInformational, Diagnostics: words}
}

// versionURL is the absolute URL of one version.
func versionURL(base string, rec store.Record) string {
	return base + "/" + rec.Key.String() + "/_history/" + rec.Version.String()
}

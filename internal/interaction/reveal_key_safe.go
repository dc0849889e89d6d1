package interaction

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/audit"
	"hearken/internal/smart"
	"hearken/internal/store"
	"hearken/profiles"
)

// revealOperation is its name.
const revealOperation = "reveal-key-safe"

// keySafeReasons is the code system of why a detail of a key safe is asked for.
const keySafeReasons = profiles.Base + "/CodeSystem/key-safe-reason"

// revealKeySafe answers POST [base]/Patient/[id]/$reveal-key-safe, an operation of our own
// (profiles/package/OperationDefinition-reveal-key-safe.json): one detail of how to get in at a person's
// home, told to a dispatched crew or to those who wrote the record. It is in no other answer. Asking is
// recorded with its reason, as every act is before it is answered, and bounded.
//
// Who may not see the person is answered as when there was none; who may, and is not told, with 403, whether
// there is a key safe or not.
func (s *Server) revealKeySafe(ctx context.Context, r *request) (Answer, error) {
	g := guardOf(ctx)
	if g == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "nobody logs in to this server: who may be told cannot be decided").Detailed("no-login")
	}
	if s.Audit == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "this server does not record who looks at what, and tells nobody how to get in").Detailed("no-audit")
	}
	ask, err := s.readReveal(r)
	if err != nil {
		return Answer{}, err
	}
	var rec store.Record
	err = s.look(ctx, func(rd store.Reader) (err error) {
		reader := &guardedReader{guard: g, inner: rd}
		if rec, err = reader.get(r.key, smart.Read); err != nil {
			return absent(err, "unknown-resource")
		}
		authors, err := s.authorsOf(rd, r.key.ID)
		if err == nil {
			err = g.caller.MayReveal(r.key.ID, authors)
		}
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	if err := s.recall(ctx, g, &s.reveals); err != nil {
		return Answer{}, err
	}
	if err := s.reveals.take(g); err != nil {
		return Answer{}, err
	}
	value, address, err := s.keySafeDetail(rec, ask)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: http.StatusOK, Shown: []store.Record{rec}, Body: answerParameters(
		give("detail", "valueCode", ask.detail), give("value", "valueString", value),
		given{name: "address", kind: "valuePositiveInt", json: strconv.AppendInt(nil, int64(address), 10)},
	)}, nil
}

// wasRevealed reports whether a Record is of a request that was answered, if only by saying that there is
// nothing to tell.
func wasRevealed(r *audit.Record) bool {
	return r.Operation == revealOperation && (r.Outcome == audit.Success || r.Detail == detailNoKeySafe)
}

// reveal is what is asked for.
type reveal struct {
	detail  string
	address int // from 1; 0 for the only one
}

// detailNoKeySafe is the detail of asking for what is not written down.
const detailNoKeySafe = "no-key-safe"

// keySafeDetails are the parts of the extension that can be asked for.
var keySafeDetails = map[string]bool{"place": true, "code": true, "instructions": true}

func (s *Server) readReveal(r *request) (reveal, error) {
	given, err := s.parameters(r)
	if err != nil {
		return reveal{}, err
	}
	fault := func(name, words string) (reveal, error) {
		return reveal{}, fhir.Errorf(fhir.CodeInvalidCode, "%s", words).At("http." + name).Detailed(detailParameterValue)
	}
	ask := reveal{detail: given.text("detail")}
	if !keySafeDetails[ask.detail] {
		return fault("detail", "the detail is place, code or instructions")
	}
	ask.address, _ = strconv.Atoi(given.text("address")) // a positiveInt, or not given
	reason := given.text("reason")
	if !slices.Contains(guideCodes(keySafeReasons), reason) {
		return fault("reason", "the reason is "+oneOfGuide(keySafeReasons))
	}
	r.Ground.Reason = reason
	return ask, nil
}

// keySafeDetail finds the detail, and which address it is of.
func (s *Server) keySafeDetail(rec store.Record, ask reveal) (value string, address int, err error) {
	none := fhir.Errorf(fhir.CodeNotFound, "no such detail of a key safe is written down here").Detailed(detailNoKeySafe)
	root, err := s.parse(rec.Body, patientType)
	if err != nil {
		return "", 0, errUnreadable
	}
	position := 0
	for n := range root.Children() {
		if n.Name() != "address" {
			continue
		}
		if position++; ask.address != 0 && ask.address != position {
			continue
		}
		text := keySafePart(n, ask.detail)
		if text == "" {
			continue
		}
		if value != "" {
			return "", 0, fhir.Errorf(fhir.CodeRequired, "several addresses have one: say which").At("http.address").Detailed(detailMissingParameter)
		}
		value, address = text, position
	}
	if value == "" {
		return "", 0, none
	}
	return value, address, nil
}

// keySafePart is one part of the key safe of an address; "" for none.
func keySafePart(address element.Node, name string) string {
	for extension := range address.Children() {
		if extension.Child("url").Text() != profiles.KeySafe {
			continue
		}
		for part := range extension.Children() {
			if part.Child("url").Text() == name {
				return part.Child("value").Text()
			}
		}
	}
	return ""
}

// authorsOf are the organisations that wrote a patient's record, by their ODS codes, and see it.
func (s *Server) authorsOf(rd store.Reader, id fhir.ID) ([]string, error) {
	l := s.newLabelling(looking{rd: rd})
	p := l.patient(id)
	if err := l.load(p); err != nil {
		return nil, err
	}
	label, err := rd.Label(fhir.Key{Type: patientType, ID: id})
	if err != nil {
		return nil, err
	}
	record, err := l.recordOf(p)
	return record.Admitted(label, nil), err
}

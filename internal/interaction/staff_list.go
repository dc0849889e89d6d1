package interaction

import (
	"context"
	"encoding/base64"
	"mime"
	"net/http"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/careplan"
	"hearken/internal/careplan/stafflist"
	"hearken/internal/smart"
	"hearken/internal/store"
)

const organizationType fhir.Type = "Organization"

// staffList answers POST [base]/Organization/[id]/$staff-list, an operation of our own
// (profiles/package/OperationDefinition-staff-list.json): an organisation's whole list of authorised staff,
// as a Bundle, as CSV (text/csv, or a Binary of it), in the place of the one before, in one commit.
//
// A list with a fault is refused whole: 422, every fault with row and column or FHIRPath. Entries of people
// who left are ended, never deleted, and they see nothing from this commit on. A list that takes access from
// more than a tenth, or by which an organisation's own administrator makes administrators or privacy
// officers, is kept as a Task (202) until another administrator approves it: approve=[id of the Task]. Nobody
// adds or changes their own entry, by uploading or by approving. Between lists of one organisation the last
// counts: it takes the place of one that waits. With Policy.AdditionsWait whatever a list adds waits, and
// what it takes away counts at once: see staff_list_part.go.
func (s *Server) staffList(ctx context.Context, r *request) (Answer, error) {
	u := upload{server: s, guard: guardOf(ctx)}
	if err := u.guard.coversAll(staffType, smart.Create|smart.Update); err != nil {
		return Answer{}, err
	}
	if err := s.look(ctx, func(rd store.Reader) error { return u.organisation(rd, r.key) }); err != nil {
		return Answer{}, err
	}
	if err := u.read(ctx, r); err != nil {
		return Answer{}, err
	}
	u.task = fhir.Key{Type: taskType, ID: s.NewID()}
	if u.approves != "" {
		u.task.ID = u.approves
	}
	if err := s.planeCommit(ctx, u.apply); err != nil {
		return Answer{}, err
	}
	if s.Left != nil && (u.state == stateApplied || u.state == statePart) && len(u.diff.Removed) > 0 {
		s.Left(u.removes)
	}
	return u.answer(), nil
}

// removes reports whether a token is of somebody whom the list takes access from.
func (u *upload) removes(p *smart.Principal) bool {
	return slices.ContainsFunc(u.diff.Removed, func(gone stafflist.Change) bool { return gone.Before.Names(p.Issuer, p.Subject, p.RoleID) })
}

// upload is one staff list at work.
type upload struct {
	server   *Server
	guard    *guard
	of       stafflist.Organisation
	version  fhir.VersionID // of the Organization
	dry      bool
	approves fhir.ID // the Task of the list that is approved; "" for a list of its own
	list     []stafflist.Entry
	drafts   []incoming // of list, in its order
	remarks  fhir.Outcome
	first    person   // who sent the list that is approved; nobody for one that a client sent of its own accord
	entries  []string // what staff lists said of them then
	waited   fhir.VersionID
	part     bool // of the list that is approved what it takes away has counted already

	// what the run of the Update came to
	task    fhir.Key
	diff    stafflist.Diff
	lost    int                       // people whose role it changes, and who have none until they are confirmed
	waits   []bool                    // of diff.Added and then diff.Changed, which let somebody do more and wait
	commits map[fhir.Key]store.Commit // of the entries that are stored
	state   string
}

// person is who a token names.
type person struct{ issuer, subject, roleProfile string }

func (g *guard) person() person {
	if g == nil {
		return person{}
	}
	return person{g.principal.Issuer, g.principal.Subject, g.principal.RoleID}
}

// organisation finds whose list it is, and refuses who does not keep it. It tells nothing of organisations:
// everybody may read them.
func (u *upload) organisation(rd store.Reader, key fhir.Key) error {
	rec, node, err := u.server.current(rd, key)
	if err != nil {
		if g := u.guard; g != nil {
			if refused := g.caller.MayKeepStaff(""); refused != nil {
				return refused
			}
		}
		return absent(err, "unknown-resource")
	}
	u.of, u.version = stafflist.Organisation{Key: key}, rec.Version
	for child := range node.Children() {
		if code := careplan.ODSCode(child); child.Name() == "identifier" && code != "" && u.of.Code == "" {
			u.of.Code = code
		}
	}
	if u.guard != nil {
		if err := u.guard.caller.MayKeepStaff(u.of.Code); err != nil {
			return err
		}
	}
	if u.of.Code == "" {
		return fhir.Errorf(fhir.CodeBusinessRule, "the Organization has no ODS code: staff are listed by it").At("Organization.identifier").Detailed("no-ods-code")
	}
	return nil
}

// read reads the parameters and the list, and makes its entries ready to be stored.
func (u *upload) read(ctx context.Context, r *request) error {
	sent := *r
	if isCSV(r.MediaType) && len(r.Body) > 0 {
		sent.Body = nil
	}
	p, err := u.server.parameters(&sent)
	if err != nil {
		return err
	}
	u.dry, u.approves = p.flag("dry-run", false), fhir.ID(p.text("approve"))
	given, csv := p.node("list"), r.Body
	if sent.Body != nil || len(r.Body) == 0 {
		csv = nil
	}
	switch {
	case u.approves != "" && (csv != nil || !given.IsZero()):
		return fhir.Errorf(fhir.CodeInvalid, "what is approved is the list that waits: send none with approve").Detailed(detailParameterValue)
	case u.approves != "":
		return u.server.look(ctx, u.waiting)
	case csv != nil:
		err = u.take(stafflist.ReadCSV(csv, u.server.Limits.Entries))
	case !given.IsZero():
		err = u.takeResource(r, given)
	default:
		return fhir.Errorf(fhir.CodeRequired, "the list is missing: a Bundle, or CSV as text/csv or in a Binary").Detailed(detailMissingParameter)
	}
	return err
}

func isCSV(mediaType string) bool {
	name, _, err := mime.ParseMediaType(mediaType)
	return err == nil && name == "text/csv"
}

// takeResource reads a list that was sent as a resource.
func (u *upload) takeResource(r *request, n element.Node) error {
	switch n.Structure().Name {
	case "Bundle":
		return r.placed(u.take(stafflist.ReadBundle(n, u.of, u.server.Limits.Entries)))
	case string(binaryType):
		if !isCSV(n.Child("contentType").Text()) {
			return fhir.Errorf(fhir.CodeNotSupported, "a list in a Binary is text/csv").At(n.Location() + ".contentType").Detailed(stafflist.DetailForm)
		}
		text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Child("data").Text()), ""))
		if err != nil {
			return fhir.Errorf(fhir.CodeValue, "the data of the Binary is not base64").At(n.Location() + ".data").Detailed(stafflist.DetailForm)
		}
		return u.take(stafflist.ReadCSV(text, u.server.Limits.Entries))
	}
	return fhir.Errorf(fhir.CodeInvalid, "a list is a Bundle, or a Binary of text/csv").At(n.Location()).Detailed(stafflist.DetailForm)
}

// take refuses a list with faults, and makes the others ready.
func (u *upload) take(list []stafflist.Entry, issues fhir.Outcome) error {
	if issues.Failed() {
		return &fhir.Error{Code: worstOf(issues, fhir.CodeProcessing), Issues: issues}
	}
	u.list, u.remarks = list, issues
	u.drafts = make([]incoming, len(list))
	for i := range list {
		var err error
		if u.drafts[i], err = u.server.made(list[i].Resource(u.of, true), staffType); err != nil {
			return err
		}
	}
	return nil
}

// stored reads the entries that the organisation has: of people, whoever wrote them.
func (u *upload) stored(rd store.Reader) (all []stafflist.Stored, err error) {
	where := query.Match{Parameter: u.server.Registry.Parameter(staffType, "organization"),
		Test: query.LinkIdentifierTest{TokenTest: query.TokenTest{System: careplan.ODSOrganisationSystem, Code: u.of.Code}}}
	u.commits = map[fhir.Key]store.Commit{}
	err = u.server.eachFact(rd, staffType, where, func(rec store.Record, n element.Node) {
		if one := stafflist.ReadStored(rec.Key, n); !one.Entry.Role.Software() {
			all, u.commits[rec.Key] = append(all, one), rec.Commit
		}
	})
	slices.SortFunc(all, func(a, b stafflist.Stored) int { return compareIDs(a.Key.ID, b.Key.ID) })
	return all, err
}

// The states of a list when it has been answered.
const (
	stateApplied = "applied"
	statePart    = "partly-applied" // what it takes away; the rest waits
	stateWaiting = "waiting"
	stateDryRun  = "dry-run"
)

// answer says what the list changes, or changed.
func (u *upload) answer() Answer {
	d := &u.diff
	all := []given{give("state", "valueCode", u.state), giveNumber("added", len(d.Added)), giveNumber("changed", len(d.Changed)),
		giveNumber("unchanged", d.Unchanged), giveNumber("removed", len(d.Removed))}
	if u.state == stateDryRun {
		whole, at := u.wholeWaits(), 0
		for _, list := range []struct {
			action  string
			changes []stafflist.Change
		}{{"add", d.Added}, {"change", d.Changed}, {"remove", d.Removed}} {
			for i := range list.changes {
				all = append(all, giveChange(list.action, &list.changes[i], whole || at < len(u.waits) && u.waits[at]))
				at++
			}
		}
	} else {
		all = append(all, given{name: "task", kind: "valueReference", json: append(element.AppendString([]byte(`{"reference":`), u.task.String()), '}')})
	}
	if waiting := u.waitingEntries(); waiting > 0 {
		all = append(all, giveNumber("waiting", waiting))
	}
	for _, why := range u.waitsFor() {
		all = append(all, give("waits-for-approval", "valueCode", why))
	}
	if len(u.remarks) > 0 {
		all = append(all, given{name: "outcome", kind: "resource", json: Outcome(u.remarks)})
	}
	status := http.StatusOK
	if u.state == stateWaiting || u.state == statePart {
		status = http.StatusAccepted
	}
	return Answer{Status: status, Body: answerParameters(all...)}
}

func giveChange(action string, c *stafflist.Change, waits bool) given {
	who := c.After
	if action == "remove" {
		who = c.Before
	}
	parts := []given{give("action", "valueCode", action), give("issuer", "valueUri", who.Issuer), give("subject", "valueString", who.Subject),
		give("sds-role-profile-id", "valueString", who.RoleProfile), give("name", "valueString", who.Name), give("role", "valueCode", who.Role.String())}
	if action == "change" && c.Before.Role != c.After.Role {
		parts = append(parts, give("role-before", "valueCode", c.Before.Role.String()))
	}
	if waits {
		parts = append(parts, giveFlag("waits", true))
	}
	return giveParts("change", parts...)
}

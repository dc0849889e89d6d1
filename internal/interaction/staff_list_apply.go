package interaction

import (
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/careplan/stafflist"
	"hearken/internal/store"
)

const taskType fhir.Type = "Task"

// staffListTurns is the space of claims by which the lists of an organisation come one after the other: it is
// owned by the Task of the last.
const staffListTurns = "staff-list"

// The stable details of lists that are not applied.
const (
	detailOwnEntry   = "own-entry"
	detailSecondOne  = "second-person"
	detailSuperseded = "superseded"
)

// apply is the Update of a list: compared with what is stored now, and stored or made to wait.
func (u *upload) apply(tx *labelling) error {
	u.state = stateDryRun
	if rec, err := tx.Get(u.of.Key); err != nil || rec.Version != u.version {
		return changedMeanwhile(err, "the Organization was changed while its list was read")
	}
	if !u.dry || u.approves != "" {
		if err := u.turn(tx); err != nil {
			return err
		}
	}
	stored, err := u.stored(tx)
	if err != nil {
		return err
	}
	u.diff = stafflist.Compare(stored, u.list)
	if u.part {
		u.diff.Removed = nil
	}
	if err := errors.Join(u.refuseOwn(), u.fresh(tx), u.judge()); err != nil {
		return err
	}
	switch {
	case u.dry:
		return nil
	case u.approves != "" && u.first == (person{}):
		u.state = stateWaiting
		return u.stand(tx)
	case u.approves == "" && u.wholeWaits():
		if !u.guard.principal.User {
			return fhir.Errorf(fhir.CodeForbidden, "a list that waits for a second person is sent by a person, and not by a client of its own accord").Detailed(detailSecondOne)
		}
		u.state = stateWaiting
		return u.putTask(tx, "requested")
	case slices.Contains(u.waits, true):
		u.state = statePart
		if err := u.narrow(tx); err != nil {
			return err
		}
		return u.putTask(tx, "requested")
	}
	u.state = stateApplied
	if err := u.write(tx, u.diff.Added, u.diff.Changed, u.diff.Removed); err != nil {
		return err
	}
	return u.putTask(tx, "completed")
}

// changedMeanwhile is an error of a read, or the conflict that something is not what it was.
func changedMeanwhile(err error, words string) error {
	if err != nil {
		return err
	}
	return fhir.Errorf(fhir.CodeConflict, "%s: try again", words).Detailed("changed-meanwhile")
}

// turn puts this list after the last of the organisation. One that is approved must be the last, and wait as
// it was read.
func (u *upload) turn(tx *labelling) error {
	if u.approves == "" {
		last, err := takeTurn(tx, staffListTurns, u.of.Code, u.task)
		if err != nil {
			return err
		}
		return u.server.supersedeList(tx, last)
	}
	owner, _, err := tx.Claim(staffListTurns, u.of.Code, u.task)
	if err != nil {
		return err
	}
	rec, err := tx.Get(u.task)
	switch {
	case err != nil:
		return err
	case owner != u.task || rec.Version != u.waited:
		return fhir.Errorf(fhir.CodeConflict, "another list has come since, or this one has been approved").Detailed(detailSuperseded)
	}
	return nil
}

// Why a list, or part of it, is not applied without a second person.
const (
	whyRemovesMany = "removes-many"
	whyRaises      = "raises"
	whyAdds        = "adds" // with Policy.AdditionsWait
)

// waitsFor is why; nothing where people do not log in, and cannot be told apart.
func (u *upload) waitsFor() (why []string) {
	if u.guard == nil {
		return nil
	}
	if u.diff.RemovesMany(u.lost) {
		why = append(why, whyRemovesMany)
	}
	if u.diff.Raises() && !u.guard.caller.RaisesAlone() {
		why = append(why, whyRaises)
	}
	if slices.Contains(u.waits, true) {
		why = append(why, whyAdds)
	}
	return why
}

// wholeWaits reports whether nothing of a list counts before it is approved: what it takes away is too much,
// or what it gives, where what it gives does not wait anyway.
func (u *upload) wholeWaits() bool {
	why := u.waitsFor()
	return slices.Contains(why, whyRemovesMany) || slices.Contains(why, whyRaises) && !u.server.Policy.AdditionsWait
}

// refuseOwn refuses who would add or change their own entry: by a list of theirs, or by approving one. Nor
// does somebody else's approval make up for it.
func (u *upload) refuseOwn() error {
	for _, who := range []person{u.guard.person(), u.first} {
		if who != (person{}) && u.diff.Touches(who.issuer, who.subject, who.roleProfile) {
			return fhir.Errorf(fhir.CodeForbidden, "nobody adds or changes their own entry: it is for another administrator to send").Detailed(detailOwnEntry)
		}
	}
	return nil
}

// write stores what of the list is given: whom it adds, whom it changes and whom it removes.
func (u *upload) write(tx *labelling, added, changed, removed []stafflist.Change) error {
	at := make(map[stafflist.Entry]int, len(u.list))
	for i, e := range u.list {
		at[e] = i
	}
	for _, list := range [][]stafflist.Change{added, changed} {
		for i := range list {
			if err := u.put(tx, list[i].Key, &u.drafts[at[list[i].After]]); err != nil {
				return err
			}
		}
	}
	for i := range removed {
		if err := u.putEntry(tx, removed[i].Key, &removed[i].Before, false); err != nil {
			return err
		}
	}
	return nil
}

// put stores an entry, under a new id where it has none.
func (u *upload) put(tx *labelling, key fhir.Key, in *incoming) error {
	method := store.Update
	if key.ID == "" {
		key, method = fhir.Key{Type: staffType, ID: u.server.NewID()}, store.Create
	}
	_, err := tx.Put(in.prepared(key, method))
	return err
}

func (u *upload) putEntry(tx *labelling, key fhir.Key, e *stafflist.Entry, active bool) error {
	in, err := u.server.made(e.Resource(u.of, active), staffType)
	if err != nil {
		return err
	}
	return u.put(tx, key, &in)
}

// putTask keeps what was done, or what waits to be: who sent the list, who approved it, and of one that waits
// the list, why and until when.
func (u *upload) putTask(tx *labelling, status string) error {
	now := u.server.Now().UTC()
	b := jsonWriter{[]byte(`{"resourceType":"Task",` + factLabel)}
	b.text("status", status)
	b.text("intent", "order")
	b.raw("code", coded(careplan.TaskSystem, careplan.TaskStaffList))
	b.raw("focus", refersTo(u.of.Key))
	b.text("authoredOn", now.Format(time.RFC3339))
	sender, method := u.guard.person(), store.Create
	if u.approves != "" {
		b.raw("owner", named(u.guard.person()))
		sender, method = u.first, store.Update
	}
	client := status == "requested" && !u.guard.principal.User // which is nobody
	if !client {
		b.raw("requester", named(sender))
	}
	if status == "requested" {
		b.raw("reasonCode", coded(careplan.TaskSystem, u.why()))
		b.open("restriction", '{')
		b.open("period", '{')
		b.text("end", now.Add(access.ConfirmWithin).Format(time.RFC3339))
		b.close("}}")
		parts, err := u.parts(tx, client)
		if err != nil {
			return err
		}
		b.raw("input", taskParts(parts))
	}
	b.json = append(b.json, '}')
	_, err := tx.putMade(u.task, method, b.json)
	return err
}

// coded is a CodeableConcept of one code.
func coded(system, code string) []byte {
	b := jsonWriter{[]byte(`{"coding":[{`)}
	b.text("system", system)
	b.text("code", code)
	return append(b.json, `}]}`...)
}

// named is a logical reference to who a token names; nothing for nobody.
func named(p person) []byte {
	if p.subject == "" {
		return nil
	}
	b := jsonWriter{[]byte(`{"identifier":{`)}
	b.text("system", p.issuer)
	b.text("value", p.subject)
	return append(b.json, `}}`...)
}

// waiting reads the list that is approved, and refuses who may not: who sent it.
func (u *upload) waiting(rd store.Reader) error {
	unknown := fhir.Errorf(fhir.CodeNotFound, "no list of this organisation waits under that id").Detailed("no-such-list")
	rec, n, err := u.server.current(rd, fhir.Key{Type: taskType, ID: u.approves})
	if err != nil {
		return absent(err, "no-such-list")
	}
	isFact := false
	for _, label := range careplan.SecurityLabels(n) {
		isFact = isFact || label == access.SecurityLabel{System: access.LabelSystem, Code: access.LabelFact}
	}
	if !isFact || careplan.CodingOf(n.Child("code"), careplan.TaskSystem) != careplan.TaskStaffList || n.Child("focus").Child("reference").Text() != u.of.Key.String() {
		return unknown
	}
	if n.Child("status").Text() != "requested" {
		return fhir.Errorf(fhir.CodeConflict, "this list does not wait any more").Detailed(detailSuperseded)
	}
	u.readSender(n)
	u.waited, u.part = rec.Version, careplan.CodingOf(n.Child("reasonCode"), careplan.TaskSystem) == whyAdds
	own, err := u.isFirst(rd)
	switch {
	case err != nil:
		return err
	case own:
		return fhir.Errorf(fhir.CodeForbidden, "a list is approved by another administrator than the one who sent it").Detailed(detailSecondOne)
	}
	if !u.server.Now().Before(listEnds(n)) {
		return fhir.Errorf(fhir.CodeConflict, "nobody approved this list in time: it is to be sent again").Detailed(access.DetailExpired)
	}
	data, err := base64.StdEncoding.DecodeString(n.Child("input").Child("value").Child("data").Text())
	if err != nil {
		return errUnreadable
	}
	bundle, err := u.server.parse(data, "Bundle")
	if err != nil {
		return errUnreadable
	}
	return u.take(stafflist.ReadBundle(bundle, u.of, u.server.Limits.Entries))
}

// isFirst reports whether who approves is the person who sent the list, by this token or another, or no person.
func (u *upload) isFirst(rd store.Reader) (bool, error) {
	if u.guard == nil || !u.guard.principal.User {
		return true, nil
	}
	if u.first == (person{}) {
		return false, nil
	}
	first, err := u.server.personOf(rd, u.first)
	if err != nil {
		return false, err
	}
	first.Entries = append(first.Entries, u.entries...)
	me, err := u.guard.known(rd)
	return me.Same(&first), err
}

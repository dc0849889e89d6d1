package interaction

import (
	"encoding/base64"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/careplan/stafflist"
	"hearken/internal/store"
)

// With Policy.AdditionsWait what a list takes away counts with its commit, and in the same commit what it
// gives is made to wait, as a Task that has the list. So nobody who leaves stays for somebody who comes. Who
// approves it has the rest applied to the list as it then is: what was taken away meanwhile by other means is
// not given back, and of two lists the last counts, as always.

// judge finds out who of a list's people may do more after it, and waits.
func (u *upload) judge() error {
	u.waits, u.lost = nil, 0
	if u.guard == nil || !u.server.Policy.AdditionsWait || u.approves != "" {
		return nil
	}
	for range u.diff.Added {
		u.waits = append(u.waits, true)
	}
	for i := range u.diff.Changed {
		more, err := u.widens(&u.diff.Changed[i])
		if err != nil {
			return err
		}
		if _, active := u.diff.Changed[i].Narrowed(u.server.times()); !active {
			u.lost++
		}
		u.waits = append(u.waits, more)
	}
	return nil
}

// waitingEntries is how many wait of those whom the list adds or changes.
func (u *upload) waitingEntries() (n int) {
	for _, waits := range u.waits {
		if waits {
			n++
		}
	}
	return n
}

// widens reports whether an entry lets somebody do more than the one before.
func (u *upload) widens(c *stafflist.Change) (bool, error) {
	var facts [2]access.Fact
	for i, e := range []*stafflist.Entry{&c.Before, &c.After} {
		n, err := u.server.parse(e.Resource(u.of, true), staffType)
		if err != nil {
			return false, err
		}
		facts[i] = u.server.times().Fact(n)
	}
	return facts[1].Widens(&facts[0], u.server.Now()), nil
}

// narrow stores what the list takes away, and what it changes of people who may do no more than before.
func (u *upload) narrow(tx *labelling) error {
	var changed []stafflist.Change
	for i := range u.diff.Changed {
		c := &u.diff.Changed[i]
		if !u.waits[len(u.diff.Added)+i] {
			changed = append(changed, *c)
			continue
		}
		if e, active := c.Narrowed(u.server.times()); !active || e != c.Before {
			if err := u.putEntry(tx, c.Key, &e, active); err != nil {
				return err
			}
		}
	}
	return u.write(tx, nil, changed, u.diff.Removed)
}

// fresh refuses to approve a list when an entry that it would write has been written since it was sent: it
// may be that of somebody who left.
func (u *upload) fresh(tx *labelling) error {
	if u.approves == "" {
		return nil
	}
	sent, err := tx.GetVersion(u.task, 1)
	if err != nil {
		return err
	}
	for _, list := range [][]stafflist.Change{u.diff.Added, u.diff.Changed, u.diff.Removed} {
		for i := range list {
			if u.commits[list[i].Key] > sent.Commit {
				return fhir.Errorf(fhir.CodeConflict, "an entry that this list is about has changed since it was sent: send it again").Detailed(detailSuperseded)
			}
		}
	}
	return nil
}

// stand has who approves a list that a client sent of its own accord stand for it: it waits for another person besides.
func (u *upload) stand(tx *labelling) error {
	me, err := u.guard.known(tx)
	if err != nil {
		return err
	}
	return tx.stood(u.task, u.guard.person(), &me)
}

// why is the one reason by which it is known what of a list waits.
func (u *upload) why() string {
	if u.state == statePart {
		return whyAdds
	}
	return u.waitsFor()[0]
}

// parts are what the Task of a list that waits keeps: the list first.
func (u *upload) parts(tx *labelling, client bool) ([]taskPart, error) {
	list := jsonWriter{[]byte{'{'}}
	list.text("contentType", element.JSON.MediaType())
	list.text("data", base64.StdEncoding.EncodeToString(stafflist.Bundle(u.of, u.list)))
	list.close("}")
	parts := []taskPart{{partList, "valueAttachment", list.json}}
	if client {
		return append(parts, taskPart{partClient, "valueReference", named(u.guard.first())}), nil
	}
	me, err := u.guard.known(tx)
	return append(parts, staffEntries(&me)...), err
}

// readSender reads who sent a list that waits.
func (u *upload) readSender(n element.Node) {
	sender := n.Child("requester").Child("identifier")
	u.first = person{issuer: sender.Child("system").Text(), subject: sender.Child("value").Text()}
	u.entries = partsOf(n, partStaffEntry)
}

// listEnds is until when a list can be approved.
func listEnds(n element.Node) time.Time {
	sent, _ := parseInstant(n.Child("authoredOn").Text())
	return sent.Add(access.ConfirmWithin)
}

// supersedeList ends the waiting of a list after which another came.
func (s *Server) supersedeList(tx *labelling, task fhir.Key) error {
	_, n, err := s.current(tx, task)
	if n.Child("status").Text() != "requested" {
		return foreign(err) // it could not be read, this is the first, or the one before was approved
	}
	return tx.end(task, "cancelled", "another list has come", person{})
}

// overdueLists are the lists that wait and can be approved no more.
func (s *Server) overdueLists(rd store.Reader) (over []waiting, err error) {
	err = s.eachFact(rd, taskType, s.requested(careplan.TaskStaffList), func(rec store.Record, n element.Node) {
		if !s.Now().Before(listEnds(n)) {
			over = append(over, waiting{task: rec.Key})
		}
	})
	return over, err
}

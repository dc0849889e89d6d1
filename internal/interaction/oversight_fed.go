package interaction

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// What a privacy officer finds is in one order: events of the log by when they were recorded, and AuditEvents
// that systems of their organisation sent by when they were received. Neither is ever changed, so a page goes
// on from a moment, and from a place in the log.

// overseenPlace is where a page begins.
type overseenPlace struct {
	log   logPlace  // zero for the newest
	ended bool      // there is no more of the log
	until time.Time // of what was sent: no newer; zero for the newest
	past  int       // and of what came at that very moment not the first so many
}

// logEnded stands for a place of the log that has ended.
const logEnded = "end"

func (p overseenPlace) String() string {
	log := logEnded
	if !p.ended {
		log = p.log.String()
	}
	return fmt.Sprintf("%s.%d.%d", log, p.until.UnixMilli(), p.past)
}

func (p *overseenPlace) parse(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return false
	}
	until, err := strconv.ParseInt(parts[1], 10, 64)
	past, err2 := strconv.Atoi(parts[2])
	if p.ended = parts[0] == logEnded; err != nil || err2 != nil || past < 0 || past > maxRecords || !p.ended && !p.log.parse(parts[0]) {
		return false
	}
	p.until, p.past = time.UnixMilli(until).UTC(), past
	return p.String() == text
}

// fed finds what systems of the officer's organisation sent, newest first, from a place on.
func (s *Server) fed(rd store.Reader, asked query.Query, from overseenPlace) (store.Page, error) {
	received := s.Registry.Parameter(auditEventType, "_lastUpdated")
	q := query.Query{Types: asked.Types, Where: asked.Where, Sort: []query.SortKey{{Parameter: received, Descending: true}}, Count: asked.Count + from.past, Total: query.TotalNone}
	if !from.until.IsZero() {
		at := from.until.Add(time.Millisecond).UnixMicro()
		before := query.Match{Parameter: received, Test: query.DateTest{Comparison: query.Less, Low: at, High: at}}
		if q.Where = before; asked.Where != nil {
			q.Where = query.And{asked.Where, before}
		}
	}
	page, err := rd.Search(&q)
	for past := from.past; err == nil && past > 0 && len(page.Matches) > 0 && page.Matches[0].LastUpdated.Equal(from.until); past-- {
		page.Matches = page.Matches[1:]
	}
	return page, err
}

// overseen puts one page together.
type overseen struct {
	*logWalk
	fed   store.Page
	place overseenPlace // where it begins, and then where the next one does
	taken int           // of found
	shown []store.Record
}

// page takes the newest of both. The log may not have been gone through to where what was sent begins: then
// that is for a later page.
func (m *overseen) page() store.Page {
	page := store.Page{Total: -1}
	at := m.place.until
	for len(page.Matches) < m.count {
		if fed := m.fed.Matches[len(m.shown):]; len(fed) > 0 && !fed[0].LastUpdated.Before(m.logged()) {
			m.shown = append(m.shown, fed[0])
			page.Matches = append(page.Matches, fed[0])
		} else if m.taken < len(m.found) {
			page.Matches = append(page.Matches, m.found[m.taken].record)
			m.taken++
		} else {
			break
		}
		at = page.Matches[len(page.Matches)-1].LastUpdated
	}
	if m.taken == len(m.found) && m.next == "" && len(m.shown) == len(m.fed.Matches) && m.fed.Next == "" {
		return page
	}
	if len(page.Matches) < m.count && !m.reached.IsZero() {
		at = m.reached
	}
	page.Next = m.following(at).String()
	return page
}

// logged is when the next event of the log was recorded, as far as that is known: what was sent before is no match yet.
func (m *overseen) logged() time.Time {
	switch {
	case m.taken < len(m.found):
		return m.found[m.taken].record.LastUpdated
	case m.next == "":
		return time.Time{} // there is none
	case m.reached.IsZero():
		return time.Unix(1<<40, 0) // nothing was looked at: contents of old events were purged
	}
	return m.reached
}

// following is where the next page begins, when this one has come to a moment.
func (m *overseen) following(at time.Time) overseenPlace {
	next := overseenPlace{log: m.place.log, until: at}
	switch {
	case m.taken < len(m.found):
		next.log = m.found[m.taken].place
	case m.next != "":
		next.log.parse(m.next) // which wrote it itself
	default:
		next.ended = true
	}
	if at.Equal(m.place.until) {
		next.past = m.place.past
	}
	for i := range m.shown {
		if m.shown[i].LastUpdated.Equal(at) {
			next.past++
		}
	}
	return next
}

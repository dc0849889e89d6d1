package interaction

import (
	"context"
	"net/http"
	"slices"

	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/careplan"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// ExpireWaiting ends what has waited too long for a second person, staff lists included, so that nobody finds
// it among what they may confirm; it gives how much that was. That it cannot be confirmed any more does not
// depend on it. What it does is recorded as this software's own. The error is one of the store's.
func (s *Server) ExpireWaiting(ctx context.Context) (ended int, err error) {
	s.once.Do(s.setUp)
	r := &request{row: &row{interaction: "operation", method: http.MethodPost}, extended: &operation{name: "expire-sharing"}, act: &act{}}
	r.Principal = &smart.Principal{ClientID: s.Software.Name}
	if s.Audit != nil {
		ctx = context.WithValue(ctx, actKey{}, r)
	}
	err = s.planeCommit(ctx, func(tx *labelling) error {
		over, err := s.over(tx)
		r.asked = nil
		for _, w := range over {
			if w.about.Type == patientType && !slices.Contains(r.asked, w.about.ID) {
				r.asked = append(r.asked, w.about.ID)
			}
			if err := tx.end(w.task, "cancelled", "nobody confirmed it in time", person{}); err != nil {
				return err
			}
		}
		ended = len(over)
		return err
	})
	return ended, err
}

// over is what waits and can be confirmed no more.
func (s *Server) over(rd store.Reader) (over []waiting, err error) {
	if over, err = s.overdueLists(rd); err != nil {
		return nil, err
	}
	var failed error
	err = s.eachFact(rd, taskType, s.requested(careplan.TaskWaiting), func(rec store.Record, n element.Node) {
		w, err := s.waitingIn(rd, rec.Key, n)
		if failed == nil {
			failed = err
		}
		if !w.waits(s.Now()) {
			over = append(over, w)
		}
	})
	if err == nil {
		err = failed
	}
	return over, err
}

// requested is the condition of being a Task of a kind that waits.
func (s *Server) requested(kind string) query.And {
	return query.And{s.hasToken(taskType, "code", careplan.TaskSystem, kind), s.hasToken(taskType, "status", taskStatusSystem, "requested")}
}

package load

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Loader sends files to a server.
type Loader struct {
	Target  Target
	Clients int                                  // requests at the same time, at least 1
	Watch   func(Progress)                       // told after every request; nil for nobody. Calls do not overlap
	Wait    func(time.Duration) <-chan time.Time // time.After
}

// Progress is how far a load is, and at its end what came of it.
type Progress struct {
	Bytes     int64 // of the files
	Done      int64 // of these, sent
	Requests  int
	Resources int // stored
	Faults    []Fault
}

// item is one resource of a file on its way.
type item struct {
	text []byte
	at   Fault // where it is from
	size int64 // what it counts for in Progress.Done
}

// attempts is how often a request is made that the server turns away for lack of means.
const attempts = 5

// Load sends all sources and returns what came of it. Faults do not stop it; the error is ctx's, or that a file
// could not be read.
func (l *Loader) Load(ctx context.Context, sources []Source) (Progress, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var progress Progress
	for _, s := range sources {
		progress.Bytes += s.Size
	}
	items := make(chan item, l.Clients)
	go func() {
		defer close(items)
		if err := read(ctx, sources, items); err != nil {
			cancel(err)
		}
	}()
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range max(l.Clients, 1) {
		workers.Go(func() {
			for i := range items {
				resources, faults := l.send(ctx, i)
				mu.Lock()
				progress.Done += i.size
				progress.Requests++
				progress.Resources += resources
				progress.Faults = append(progress.Faults, faults...)
				if l.Watch != nil {
					l.Watch(progress)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	slices.SortStableFunc(progress.Faults, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return progress, context.Cause(ctx)
}

// send sends one resource or Bundle, and says how many resources that stored.
func (l *Loader) send(ctx context.Context, i item) (resources int, faults []Fault) {
	text := i.text
	if isXML(i.at.File) {
		if text, faults = fromXML(text, i.at); faults != nil {
			return 0, faults
		}
	}
	r, err := plan(text)
	if err != nil {
		i.at.Reason = err.Error()
		return 0, []Fault{i.at}
	}
	reply, err := l.attempt(ctx, r)
	if err != nil {
		i.at.Reason = err.Error()
		return 0, []Fault{i.at}
	}
	faults, failed := faultsOf(i.at, reply)
	if reply.Status >= http.StatusBadRequest {
		return 0, faults
	}
	return r.resources - failed, faults
}

// attempt makes a request, again when the server says that it could not take it now.
func (l *Loader) attempt(ctx context.Context, r request) (reply Reply, err error) {
	for n := range attempts {
		reply, err = l.Target.Send(ctx, r.method, r.path, r.body)
		again := reply.Status == http.StatusServiceUnavailable || reply.Status == http.StatusTooManyRequests
		if err != nil || !again || n == attempts-1 {
			break
		}
		select {
		case <-ctx.Done():
			return reply, ctx.Err()
		case <-l.Wait(max(reply.After, 100*time.Millisecond<<n)):
		}
	}
	return reply, err
}

package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// request is one request to send. Its body, if any, is FHIR JSON.
type request struct {
	method, url string
	body        []byte
}

// load is a stream of requests from a number of clients at a time, bounded in time and count.
type load struct {
	client   *http.Client
	header   http.Header
	clients  int
	duration time.Duration
	requests int64
	next     func(n int64) request   // the n-th request, from 0; called concurrently
	accept   func(body []byte) int64 // how many resources a 2xx answer stands for; nil = one, body not kept
}

// result is what a load did. Latencies are those of 2xx answers only: a server that fails fast
// is not fast.
type result struct {
	elapsed   time.Duration
	latencies histogram
	resources atomic.Int64 // see load.accept
	received  atomic.Int64 // body bytes of 2xx answers
	sent      atomic.Int64 // body bytes of requests answered 2xx

	mu       sync.Mutex
	failures map[string]int64 // by status, or "no answer"
}

// run sends requests until the time or the count is over or ctx is done, and waits for the
// answers to those in flight.
func (l load) run(ctx context.Context) *result {
	res := &result{failures: map[string]int64{}}
	start := time.Now()
	deadline := start.Add(l.duration)
	var sent atomic.Int64
	var clients sync.WaitGroup
	for range l.clients {
		clients.Go(func() {
			for ctx.Err() == nil && time.Now().Before(deadline) {
				n := sent.Add(1) - 1
				if n >= l.requests {
					return
				}
				l.send(ctx, l.next(n), res)
			}
		})
	}
	clients.Wait()
	res.elapsed = time.Since(start)
	return res
}

func (l load) send(ctx context.Context, r request, res *result) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		res.fail("bad URL")
		return
	}
	req.Header = l.header
	if r.body != nil {
		req.Header = maps.Clone(l.header)
		req.Header.Set("Content-Type", fhirJSON)
	}
	start := time.Now()
	answer, err := l.client.Do(req)
	if err != nil {
		res.fail("no answer")
		return
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	var into io.Writer = io.Discard
	if l.accept != nil {
		into = &body
	}
	n, err := io.Copy(into, answer.Body)
	switch {
	case err != nil:
		res.fail("answer cut short")
	case answer.StatusCode/100 != 2:
		res.fail(strconv.Itoa(answer.StatusCode))
	default:
		res.latencies.observe(time.Since(start))
		res.received.Add(n)
		res.sent.Add(int64(len(r.body)))
		if l.accept != nil {
			res.resources.Add(l.accept(body.Bytes()))
		} else {
			res.resources.Add(1)
		}
	}
}

func (r *result) fail(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures[why]++
}

// succeeded is the number of 2xx answers.
func (r *result) succeeded() int64 { return r.latencies.total.Load() }

// failed is the number of all other requests.
func (r *result) failed() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	var n int64
	for _, count := range r.failures {
		n += count
	}
	return n
}

// rate is n a second over the run.
func (r *result) rate(n int64) float64 { return float64(n) / r.elapsed.Seconds() }

// mix spreads consecutive numbers over all numbers, always in the same way (SplitMix64), so that
// two runs ask for the same things in the same order.
func mix(n int64) uint64 {
	x := uint64(n) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

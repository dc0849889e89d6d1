package app_test

import (
	"fmt"
	"sync"
	"testing"
)

// together sends the same requests at once, one for each line of a table, and gives the replies in its order.
func (s *server) together(n int, request func(i int) (line, body string, headers []string)) []reply {
	replies := make([]reply, n)
	var begin, done sync.WaitGroup
	begin.Add(1)
	for i := range n {
		done.Go(func() {
			line, body, headers := request(i)
			begin.Wait()
			replies[i] = s.send(line, body, headers...)
		})
	}
	begin.Done()
	done.Wait()
	return replies
}

func statuses(replies []reply) map[int]int {
	counts := map[int]int{}
	for _, r := range replies {
		counts[r.status]++
	}
	return counts
}

// Of writers that all saw one version, one wins and the others are told.
func TestRace_IfMatch(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /Patient/p", patientP)
	for round := 1; round <= 10; round++ {
		got := statuses(s.together(8, func(int) (string, string, []string) {
			return "PUT /Patient/p", patientP, []string{fmt.Sprintf(`If-Match: W/"%d"`, round)}
		}))
		if got[200] != 1 || got[412] != 7 {
			t.Fatalf("round %d: %v, want one 200 and seven 412", round, got)
		}
	}
}

// Of clients that create the same at once, alone and in transactions, by different queries that the one resource
// answers, one creates it.
func TestRace_ConditionalCreate(t *testing.T) {
	s := start(t, nil)
	for round := range 10 {
		a, b := fmt.Sprintf("urn:a|%d", round), fmt.Sprintf("urn:b|%d", round)
		patient := fmt.Sprintf(`{"resourceType":"Patient","identifier":[{"system":"urn:a","value":"%d"},{"system":"urn:b","value":"%[1]d"}]}`, round)
		replies := s.together(12, func(i int) (string, string, []string) {
			criteria := []string{"identifier=" + a, "identifier=" + b, "identifier=" + a + "&identifier=" + b}[i%3]
			if i%2 == 0 {
				return "POST /Patient", patient, []string{"If-None-Exist: " + criteria}
			}
			return "POST /", fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[{"resource":%s,
				"request":{"method":"POST","url":"Patient","ifNoneExist":"%s"}}]}`, patient, criteria), nil
		})
		for i, r := range replies {
			if r.status != 200 && r.status != 201 {
				t.Fatalf("client %d = %d %s", i, r.status, shorten(r.body))
			}
		}
		if n := s.total("/Patient?identifier=" + a); n != 1 {
			t.Fatalf("round %d: %d patients, want one: %v", round, n, statuses(replies))
		}
	}
}

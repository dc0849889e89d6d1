package storetest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// How large the differential test is. HEARKEN_DIFFERENTIAL multiplies the number of queries.
const (
	differentialQueries = 15_000
	queriesPerWorld     = 500 // between re-openings
	resourcesPerType    = 40
	leastPerCell        = 50
	leastAnswered       = 40 // percent of answers that are not empty
	clockStep           = 250 * time.Millisecond
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Differential compares an engine with the oracle: random resources, random queries, between updates, deletions,
// re-openings and changes of parameters. Pages are walked to the end, some of them while writers change what is paged.
func Differential(t *testing.T, open Open) {
	total := differentialQueries
	if factor, err := strconv.Atoi(os.Getenv("HEARKEN_DIFFERENTIAL")); err == nil {
		total *= factor
	}
	cover := coverage{}
	answered := 0
	for n := 0; n*queriesPerWorld < total; n++ {
		d := newDifference(t, open, n, cover)
		d.run(queriesPerWorld)
		answered += d.answered
		if t.Failed() {
			t.Fatalf("world %d differs: its seed is its number", n)
		}
	}
	cover.check(t, leastPerCell)
	t.Logf("%d queries, %d %% with an answer that is not empty", total, answered*100/total)
	if answered*100 < total*leastAnswered {
		t.Errorf("answers that are not empty = %d of %d, want %d %%", answered, total, leastAnswered)
	}
}

// difference is an engine and the oracle side by side.
type difference struct {
	*testing.T
	generator
	clock    *clock
	open     Open
	place    string
	engine   store.Store
	oracle   *Oracle
	answered int
}

func newDifference(t *testing.T, open Open, seed int, cover coverage) *difference {
	world := NewWorld()
	return &difference{
		T: t, open: open, clock: &clock{now: epoch}, place: fmt.Sprintf("%s-%d", t.Name(), seed),
		generator: generator{Rand: rand.New(rand.NewPCG(uint64(seed), 1)), world: world, ids: resourcesPerType, cover: cover},
	}
}

func (d *difference) setup() Setup {
	return Setup{Parameters: d.world.Parameters(), Extract: d.world.Extract, Now: d.clock.Now}
}

func (d *difference) run(queries int) {
	if d.chance(50) {
		d.world.Remove(Types[0], "uri") // comes back at a re-opening
	}
	d.oracle = NewOracle(d.setup())
	d.engine = d.open(d, d.place, d.setup())
	defer func() {
		if err := d.engine.Close(); err != nil {
			d.Errorf("Close() = %v", err)
		}
	}()
	for range 5 * resourcesPerType {
		d.write()
	}
	for n := 1; n <= queries && !d.Failed(); n++ {
		d.compare()
		if d.chance(20) {
			d.write()
		}
		if n%(queries/4) == 0 {
			d.reopen()
		}
	}
}

// write does one random transaction on both sides.
func (d *difference) write() {
	d.clock.move(clockStep)
	var writes []store.Prepared
	for n := 1 + d.IntN(3); n > 0; n-- {
		key := d.key(pick(&d.generator, Types...))
		if slices.ContainsFunc(writes, func(p store.Prepared) bool { return p.Key == key }) {
			continue
		}
		if d.chance(15) {
			writes = append(writes, store.Prepared{Key: key, Method: store.Delete})
			continue
		}
		writes = append(writes, d.world.Prepare(key, store.Update, d.world.Add(d.content())))
	}
	encoder, _ := d.engine.(store.Encoder)
	for _, side := range []store.Store{d.engine, d.oracle} {
		err := side.Update(background, func(tx store.Tx) error {
			for _, p := range writes {
				if encoder != nil && side == d.engine && d.chance(50) {
					if err := encoder.Encode(&p); err != nil {
						return err
					}
				}
				if _, err := tx.Put(p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			d.Fatalf("Update() = %v", err)
		}
	}
}

// reopen closes and opens the engine, often with a changed set of parameters.
func (d *difference) reopen() {
	if err := d.engine.Close(); err != nil {
		d.Fatalf("Close() = %v", err)
	}
	changed := pick(&d.generator, Types...)
	switch d.IntN(3) {
	case 0:
		d.world.Redefine(changed, pick(&d.generator, "string", "token", "date", "other"))
	case 1:
		d.world.Remove(changed, "uri")
	}
	if d.world.Parameter(Types[0], "uri") == nil && d.chance(70) {
		d.world.Redefine(Types[0], "uri")
	}
	if err := d.oracle.Reopen(d.setup()); err != nil {
		d.Fatalf("re-opening the oracle: %v", err)
	}
	d.engine = d.open(d, d.place, d.setup())
	waitUntilBuilt(d, d.engine, d.world)
}

// waitUntilBuilt waits until every parameter can be searched.
func waitUntilBuilt(t testing.TB, s store.Store, w *World) {
	t.Helper()
	for tries := 0; ; tries++ {
		err := s.View(background, func(r store.Reader) error {
			for _, p := range w.Parameters() {
				q := &query.Query{Types: []fhir.Type{p.Base}, Where: query.Missing{Parameter: p}}
				if _, err := r.Search(q); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			return
		}
		if tries > 20_000 {
			t.Fatalf("the index is not built after 20 s: %v", err)
		}
		time.Sleep(time.Millisecond)
	}
}

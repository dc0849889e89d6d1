package fhirtest

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"time"
)

// Generate yields n urgent care plans, each a transaction Bundle in FHIR JSON
// of some 20 to 30 entries, like those of testdata/plans in kind. The i-th is
// AppendPlan(nil, seed, i): the same seed gives the same bytes, on every
// machine and in every release of Go. It does no I/O.
func Generate(seed uint64, n int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range n {
			if !yield(AppendPlan(make([]byte, 0, 20<<10), seed, i)) {
				return
			}
		}
	}
}

// AppendPlan appends the i-th Bundle of Generate to dst and returns it. The
// patient's NHS number is NHSNumber(i) whatever the seed, so that a load driver
// knows what to look for; everything else depends on seed and i together.
// Practices, teams and clinicians come from a small directory that all seeds
// share and carry If-None-Exist. It may be called from several goroutines.
func AppendPlan(dst []byte, seed uint64, i int) []byte {
	p := plan{rand: rand.New(rand.NewPCG(seed, uint64(i))), values: make([]string, len(planFields))}
	p.set("nhs", NHSNumber(i))
	p.set("planID", strconv.FormatUint(seed, 36)+"-"+strconv.Itoa(i))
	p.set("u", p.urn())
	p.story = pick(p.rand, stories)
	p.dates()
	p.person()
	p.directory()
	p.kin()
	p.decisions()
	p.illness()
	dst = append(dst, `{"resourceType":"Bundle","type":"transaction","entry":[`...)
	dst = p.entries(dst)
	return append(dst, `]}`...)
}

// plan is one Bundle while its placeholders are being filled in.
type plan struct {
	rand   *rand.Rand
	values []string // by number of the placeholder
	story  story
	date   time.Time // of the plan
	age    int       // in years, at the date of the plan
	voice  bool      // the patient speaks, not the next of kin
	noCPR  bool
	family string
}

// set gives the placeholder called name its text, which must need no escaping
// in JSON.
func (p *plan) set(name, text string) {
	number, ok := planFields[name]
	if !ok {
		panic("fhirtest: no template has the placeholder " + name)
	}
	p.values[number] = text
}

// chance reports true in percent of 100 cases.
func (p *plan) chance(percent int) bool { return p.rand.IntN(100) < percent }

// pick returns one of the elements of from.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// urn returns a random urn:uuid but for its last two digits, which the
// templates give: one number per entry.
func (p *plan) urn() string {
	a, b := p.rand.Uint64(), p.rand.Uint64()
	return fmt.Sprintf("urn:uuid:%08x-%04x-4%03x-%04x-%010x",
		uint32(a>>32), uint16(a>>16), a&0xfff, 0x8000|b>>48&0x3fff, b&0xff_ffff_ffff)
}

// entries appends the entries, separated by commas: what every plan has, then
// what this one has.
func (p *plan) entries(dst []byte) []byte {
	dst = planTemplates.people.append(dst, p.values)
	add := func(t template) {
		dst = append(dst, ',')
		dst = t.append(dst, p.values)
	}
	add(planTemplates.clinical)
	for i, medicine := range p.story.medicines {
		p.set("m", strconv.Itoa(20+1+i))
		p.set("medicine", medicine[0])
		p.set("dose", medicine[1])
		add(planTemplates.medication)
	}
	add(pick(p.rand, []template{planTemplates.noAllergy, planTemplates.noAllergy, planTemplates.allergy}))
	if p.story.lastMonths {
		add(planTemplates.anticipatory)
		add(planTemplates.lastMonths)
	}
	if p.chance(50) {
		add(planTemplates.secondCondition)
	}
	if p.noCPR && p.voice && p.chance(12) {
		add(planTemplates.adrt)
	}
	if p.age >= 40 && p.chance(25) {
		add(planTemplates.lpa)
	}
	return dst
}

// planFields numbers the placeholders of planTemplates.
var planFields = map[string]int{}

// planTemplates are the templates that a Bundle is put together from.
var planTemplates = func() (t struct {
	people, clinical, medication, noAllergy, allergy, anticipatory, lastMonths, secondCondition, adrt, lpa template
}) {
	var fields fieldNames
	for name, to := range map[string]*template{
		"people": &t.people, "clinical": &t.clinical, "medication": &t.medication, "no-allergy": &t.noAllergy, "allergy": &t.allergy,
		"anticipatory": &t.anticipatory, "last-months": &t.lastMonths, "second-condition": &t.secondCondition, "adrt": &t.adrt, "lpa": &t.lpa,
	} {
		*to = loadTemplate(name, &fields)
	}
	for number, name := range fields.names {
		planFields[name] = number
	}
	return t
}()

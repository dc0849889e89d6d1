package terminology

// Limits bounds what one question may cost, so that no definition can exhaust the server. Zeros are those of
// DefaultLimits.
type Limits struct {
	Expansion int // codes of an expansion
	Depth     int // value sets that import one another in a row
	Members   int // value sets and parts of them that are asked for one membership
	Work      int // concepts looked at while a value set is compiled or expanded
}

// DefaultLimits holds every value set of FHIR R4 many times over.
func DefaultLimits() Limits {
	return Limits{Expansion: 50_000, Depth: 50, Members: 10_000, Work: 10_000_000}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, pair := range [][2]*int{{&l.Expansion, &d.Expansion}, {&l.Depth, &d.Depth}, {&l.Members, &d.Members}, {&l.Work, &d.Work}} {
		if *pair[0] <= 0 {
			*pair[0] = *pair[1]
		}
	}
	return l
}

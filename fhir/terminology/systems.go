package terminology

import "math"

// maxSystems is how many systems a value set keeps a list of: a list for each of many value sets that import
// one with many systems would be as large as all of them multiplied.
const maxSystems = 64

// Systems lists the code systems the value set may have codes of, those of value sets it imports included; "" stands
// for a value set that is not loaded.
func (v *ValueSet) Systems() []string {
	if !v.many {
		return v.systems
	}
	return v.collectSystems(math.MaxInt)
}

// collectSystems stops at a number of systems.
func (v *ValueSet) collectSystems(limit int) []string {
	c := systemCollector{limit: limit, seen: map[string]bool{}, asked: map[*ValueSet]bool{}}
	c.valueSet(v)
	return c.found
}

type systemCollector struct {
	limit int
	found []string
	seen  map[string]bool
	asked map[*ValueSet]bool
}

func (c *systemCollector) valueSet(v *ValueSet) {
	if c.asked[v] {
		return
	}
	c.asked[v] = true
	for _, one := range v.include {
		switch {
		case len(c.found) >= c.limit:
			return
		case one.system != "":
			c.add(one.system)
			continue
		}
		for _, i := range one.imports {
			if i.set == nil {
				c.add("")
			} else {
				c.valueSet(i.set)
			}
		}
	}
}

func (c *systemCollector) add(system string) {
	if !c.seen[system] {
		c.seen[system] = true
		c.found = append(c.found, system)
	}
}

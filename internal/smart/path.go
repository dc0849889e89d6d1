package smart

import (
	"strconv"
	"strings"
)

// Path says where a claim stands: "patient", "realm_access.roles" with a dot for each level, or, for names
// that have dots themselves, a JSON Pointer (RFC 6901), which begins with a slash:
// "/https:~1~1example.org~1patient". An element of a list is named by its number.
type Path string

// steps is the names on the way.
func (p Path) steps() []string {
	if !strings.HasPrefix(string(p), "/") {
		return strings.Split(string(p), ".")
	}
	steps := strings.Split(string(p[1:]), "/")
	for i, step := range steps {
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return steps
}

// of finds what stands at the path in a value; null is nothing.
func (p Path) of(v any) (found any, ok bool) {
	for _, step := range p.steps() {
		switch at := v.(type) {
		case map[string]any:
			if v, ok = at[step]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) || strconv.Itoa(i) != step {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
	}
	return v, v != nil
}

// Paths are places to look, in order: the first that is there counts.
type Paths []Path

func (p Paths) of(c Claims) (found any, at Path, ok bool) {
	for _, path := range p {
		if v, ok := path.of(map[string]any(c)); ok {
			return v, path, true
		}
	}
	return nil, "", false
}

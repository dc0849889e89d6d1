package definition

import (
	"cmp"
	"strings"
)

// CompareVersions orders the versions of definitions: by numbers where both have numbers, else by text; none before
// one. What stands after "-" is a pre-release and comes before the release itself (https://semver.org).
func CompareVersions(a, b string) int {
	a, before, early := strings.Cut(a, "-")
	b, after, late := strings.Cut(b, "-")
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		if order := comparePart(part(as, i), part(bs, i)); order != 0 {
			return order
		}
	}
	if early != late {
		if early {
			return -1
		}
		return 1
	}
	return cmp.Compare(before, after)
}

func part(parts []string, i int) string {
	if i < len(parts) {
		return parts[i]
	}
	return ""
}

func comparePart(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if isNumber(a) && isNumber(b) {
		return cmp.Or(len(a)-len(b), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }

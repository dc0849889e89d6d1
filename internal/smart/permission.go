package smart

import "strings"

// Permissions are the interactions a scope grants, as a set
// (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources).
type Permissions uint8

// The five permissions, in the order their letters have in a scope.
const (
	Create Permissions = 1 << iota
	Read
	Update
	Delete
	Search
)

const (
	permissionLetters = "cruds"
	allPermissions    = Create | Read | Update | Delete | Search
)

// version1 is what the words of a version 1 scope stand for.
var version1 = map[string]Permissions{"read": Read | Search, "write": Create | Update | Delete, "*": allPermissions}

// Has reports whether every permission of wanted is in the set.
func (p Permissions) Has(wanted Permissions) bool { return p&wanted == wanted && wanted != 0 }

// String is the letters of the set, in order: "rs".
func (p Permissions) String() string {
	var b strings.Builder
	for i := range permissionLetters {
		if p&(1<<i) != 0 {
			b.WriteByte(permissionLetters[i])
		}
	}
	return b.String()
}

// parsePermissions reads letters in the order "cruds", each once. Anything else is ok = false.
func parsePermissions(letters string) (p Permissions, ok bool) {
	next := 0
	for i := range len(letters) {
		at := strings.IndexByte(permissionLetters[next:], letters[i])
		if at < 0 {
			return 0, false
		}
		next += at
		p |= 1 << next
		next++
	}
	return p, p != 0
}

package access

import "slices"

// Person is somebody who logged in, as far as one person can be told from another.
type Person struct {
	Issuer, Subject string
	Entries         []string // the entries of staff lists about them, the Practitioners that these name or their issuer does, and who the administrators are said to be
}

// Same reports whether two are one person: one subject of one issuer, or two of whom one thing is said that
// is said of one person.
func (p *Person) Same(other *Person) bool {
	if p.Issuer == other.Issuer && p.Subject == other.Subject {
		return true
	}
	return slices.ContainsFunc(p.Entries, func(entry string) bool { return slices.Contains(other.Entries, entry) })
}

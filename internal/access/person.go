package access

import "slices"

// Person is somebody who logged in, as far as one person can be told from another.
type Person struct {
	Issuer, Subject string
	Entries         []string // the entries of staff lists about them, and the Practitioners that these name
}

// Same reports whether two are one person: one subject of one issuer, or two that one entry of a staff list is about.
func (p *Person) Same(other *Person) bool {
	if p.Issuer == other.Issuer && p.Subject == other.Subject {
		return true
	}
	return slices.ContainsFunc(p.Entries, func(entry string) bool { return slices.Contains(other.Entries, entry) })
}

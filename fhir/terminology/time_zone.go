package terminology

import "strings"

// timeZoneAreas are the first parts of the names in the IANA time zone database. The database itself grows
// several times a year, so what follows the area is checked for its form only.
var timeZoneAreas = map[string]bool{
	"Africa": true, "America": true, "Antarctica": true, "Arctic": true, "Asia": true, "Atlantic": true, "Australia": true,
	"Europe": true, "Indian": true, "Pacific": true, "Etc": true,
	// Links kept for the past.
	"Brazil": true, "Canada": true, "Chile": true, "Mexico": true, "US": true,
}

// IsTimeZone checks a name of the IANA time zone database: Area/Location, or one of the old names
// without an area (UTC, GMT, EST5EDT).
func IsTimeZone(code string) bool {
	area, location, ok := strings.Cut(code, "/")
	if !ok {
		return len(code) >= 2 && isZoneName(code)
	}
	if !timeZoneAreas[area] {
		return false
	}
	for part := range strings.SplitSeq(location, "/") {
		if !isZoneName(part) {
			return false
		}
	}
	return true
}

func isZoneName(s string) bool {
	if s == "" || !isLetter(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte("_-+", s[i]) < 0 {
			return false
		}
	}
	return true
}

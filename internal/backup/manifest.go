package backup

import (
	"encoding/json"
	"errors"
	"time"
)

// form is the version of the stream.
const form = 1

// Manifest is what a backup says of itself.
type Manifest struct {
	Form    int       `json:"form"`
	Engine  string    `json:"engine"`         // whose files they are
	Program string    `json:"program"`        // the version of Hearken that made it
	Time    time.Time `json:"time"`           // nothing that was written later is in it
	Head    string    `json:"head,omitempty"` // of the audit log, a line as hearken audit head prints it; "" when nothing was recorded
}

// ErrDamaged is a stream that is no whole backup.
var ErrDamaged = errors.New("not a whole backup")

// ErrNewer is a backup of a later version.
var ErrNewer = errors.New("the backup was made by a later version of this program")

const (
	manifestName = "manifest.json"
	filesFolder  = "files/"
	digestsName  = "digests.json" // a map from name to SHA-256 in hexadecimal; the last entry, so that a stream cut short has none
)

func readManifest(content []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(content, &m); err != nil || m.Form < 1 || m.Time.IsZero() {
		return m, ErrDamaged
	}
	if m.Form > form {
		return m, ErrNewer
	}
	return m, nil
}

package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Head is a place in a Log with the hash that fixes everything up to it. Kept elsewhere, it is what Verify finds
// later tampering by that leaves no trace in the store itself.
type Head struct {
	Place
	Time time.Time // when the Record there was recorded
	Hash Hash
}

// IsZero reports whether there is no Record that the head could be of.
func (h Head) IsZero() bool { return h.Place == Place{} }

// headLine is a Head as a line of JSON.
type headLine struct {
	Audit    string    `json:"audit"` // what the line is
	Chain    uint32    `json:"chain"`
	Sequence uint64    `json:"sequence"`
	Time     time.Time `json:"time"`
	Hash     Hash      `json:"hash"`
}

// headMark says that a line is a Head, and in which form.
const headMark = "hearken-head-1"

// maxHeadLine is the longest line ReadHeads looks at: a Head's own has some 200 bytes.
const maxHeadLine = 64 << 10

// Line is the head as one line of JSON, with its end.
func (h Head) Line() []byte {
	line, err := json.Marshal(headLine{headMark, h.Chain, h.Sequence, h.Time.UTC(), h.Hash})
	if err != nil {
		panic(err) // numbers, a time and a hash: cannot fail
	}
	return append(line, '\n')
}

// ReadHeads reads Heads that were kept as lines, one or many, in any order. Empty lines are skipped; any
// other line that is not a Head is an error that names the line, so that a damaged file is not taken for one
// with fewer heads.
func ReadHeads(r io.Reader) ([]Head, error) {
	var heads []Head
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxHeadLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var line headLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Audit != headMark || line.Sequence == 0 || line.Chain == 0 {
			return nil, fmt.Errorf("line %d is not the head of an audit log", n)
		}
		heads = append(heads, Head{Place{line.Chain, line.Sequence}, line.Time, line.Hash})
	}
	return heads, lines.Err()
}

package element

import (
	"bytes"
	"time"

	"hearken/fhir"
)

// Stamp gives the bytes of a resource with id, meta.versionId and meta.lastUpdated as the server sets
// them (https://hl7.org/fhir/R4/http.html#create), and everything else byte for byte as it was
// sent: order of members, numbers, white space. What was absent is added after resourceType; an
// empty id takes the id away. n is the node of a resource, in a Bundle or alone.
func Stamp(n Node, id fhir.ID, version fhir.VersionID, lastUpdated time.Time) []byte {
	return StampEdited(n, nil, id, version, lastUpdated)
}

// StampEdited is Apply and Stamp in one copy. The edits must not touch id and meta.versionId
// or meta.lastUpdated.
func StampEdited(n Node, edits []Edit, id fhir.ID, version fhir.VersionID, lastUpdated time.Time) []byte {
	s := newSplices(n, len(edits)+3)
	s.addEdits(edits)
	head := s.stampID(id)
	head = s.stampMeta(head, version, lastUpdated)
	if len(head) > 0 {
		at, first := afterResourceType(n)
		if first {
			s.add(at, at, append(head[1:], ',')) // head begins with a comma
		} else {
			s.add(at, at, head)
		}
	}
	return s.result()
}

// stampID replaces or removes the id; one that has to be added is given back as a member.
func (s *splices) stampID(id fhir.ID) (head []byte) {
	node := s.node.Child("id")
	switch {
	case node.HasValue() && id != "":
		s.replace(node, string(id))
	case node.HasValue():
		s.remove(node)
	case id != "":
		return AppendString([]byte(`,"id":`), string(id))
	}
	return nil
}

func (s *splices) stampMeta(head []byte, version fhir.VersionID, lastUpdated time.Time) []byte {
	members := make([]byte, 0, 80)
	meta := s.node.Child("meta")
	members = s.stampMember(members, meta, "versionId", version.String())
	members = s.stampMember(members, meta, "lastUpdated", fhir.FormatInstant(lastUpdated))
	switch {
	case len(members) == 0:
		return head
	case meta.IsZero():
		head = append(append(head, `,"meta":{`...), members[1:]...)
		return append(head, '}')
	}
	// A meta that was sent is an object with something in it: the new members go first.
	start, _ := meta.Span()
	s.add(start+1, start+1, append(members[1:], ','))
	return head
}

// stampMember replaces the value of a child, or adds it to members as one to insert.
func (s *splices) stampMember(members []byte, parent Node, name, value string) []byte {
	if child := parent.Child(name); child.HasValue() {
		s.replace(child, value)
		return members
	}
	members = append(append(append(members, `,"`...), name...), `":`...)
	return AppendString(members, value)
}

func (s *splices) replace(n Node, text string) {
	start, end := n.Span()
	s.add(start, end, AppendString(nil, text))
}

// remove takes a member away: its name, its value, and the one comma that has no use any more.
func (s *splices) remove(n Node) {
	source := s.node.tree.source
	start, end := n.Span()
	start = beforeKey(source, start)
	if before := backSpace(source, start); source[before-1] == ',' {
		s.add(before-1, end, nil)
		return
	}
	if after := skipSpace(source, end); source[after] == ',' {
		end = skipSpace(source, after+1)
	}
	s.add(start, end, nil)
}

// beforeKey goes back from a member's value to the opening quote of its name.
func beforeKey(source []byte, value int) int {
	i := backSpace(source, value) - 1 // at the colon
	i = backSpace(source, i) - 1      // at the closing quote
	for i--; source[i] != '"' || escapedAt(source, i); i-- {
	}
	return i
}

// escapedAt reports whether an odd number of backslashes stands before i.
func escapedAt(source []byte, i int) bool {
	n := 0
	for i-n > 0 && source[i-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}

func backSpace(source []byte, i int) int {
	for i > 0 && isJSONSpace(source[i-1]) {
		i--
	}
	return i
}

func skipSpace(source []byte, i int) int {
	for i < len(source) && isJSONSpace(source[i]) {
		i++
	}
	return i
}

func isJSONSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// afterResourceType finds where members may be added: after the resourceType when it comes first, else
// right after the opening brace (first).
func afterResourceType(n Node) (at int, first bool) {
	source := n.tree.source
	start, _ := n.Span()
	open := start + 1
	i := skipSpace(source, open)
	key, ok := bytes.CutPrefix(source[i:], []byte(`"`+resourceTypeKey+`"`))
	if !ok {
		return open, true
	}
	i = skipSpace(source, len(source)-len(key))
	i = skipSpace(source, i+1) // after the colon, at a type name, which may be written with escapes
	for i++; source[i] != '"' || escapedAt(source, i); i++ {
	}
	return i + 1, false
}

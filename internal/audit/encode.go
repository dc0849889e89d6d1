package audit

import (
	"encoding/binary"
	"errors"

	"hearken/fhir"
)

// ErrContents says that a Record's contents cannot be read.
var ErrContents = errors.New("the contents of an audit record cannot be read")

// layout is the first byte of a Record's contents. The fields follow in the order of appendRecord; a string
// is its length as a uvarint and its bytes.
const layout = 1

// The bits of the flags byte.
const (
	flagUser      = 1
	flagEmergency = 2
)

func appendRecord(b []byte, r *Record) []byte {
	flags := byte(0)
	if r.Agent.User {
		flags |= flagUser
	}
	if r.Ground.Emergency {
		flags |= flagEmergency
	}
	b = append(b, layout, byte(r.Action), byte(r.Outcome), flags)
	b = appendText(b, r.Interaction, r.Operation, r.Detail)
	b = appendText(b, r.Agent.Issuer, r.Agent.Subject, r.Agent.Client, r.Agent.Role, r.Agent.Organisation, r.Agent.Purpose)
	b = appendText(b, r.Ground.Reason, string(r.Ground.Words), r.Address, r.RequestID, r.Correlation)
	b = appendText(b, string(r.Target.Type), string(r.Target.ID), r.Query)
	b = binary.AppendUvarint(b, uint64(len(r.Patients)))
	for _, id := range r.Patients {
		b = appendText(b, string(id))
	}
	b = binary.AppendUvarint(b, uint64(len(r.Versions)))
	for i := range r.Versions {
		b = appendVersion(b, &r.Versions[i])
	}
	b = binary.AppendUvarint(b, uint64(len(r.Sought)))
	for i := range r.Sought {
		b = append(b, r.Sought[i][:]...)
	}
	return b
}

func appendText(b []byte, texts ...string) []byte {
	for _, text := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

// appendVersion writes the number of a version doubled, so that the last bit tells whether it was written.
func appendVersion(b []byte, v *Version) []byte {
	number := uint64(v.Version) << 1
	if v.Written {
		number |= 1
	}
	return binary.AppendUvarint(appendText(b, string(v.Type), string(v.ID)), number)
}

func decodeRecord(contents []byte) (r Record, err error) {
	d := decoder{rest: contents}
	if d.byte() != layout {
		return r, ErrContents
	}
	r.Action, r.Outcome = Action(d.byte()), Outcome(d.byte())
	flags := d.byte()
	r.Agent.User, r.Ground.Emergency = flags&flagUser != 0, flags&flagEmergency != 0
	for _, field := range []*string{&r.Interaction, &r.Operation, &r.Detail,
		&r.Agent.Issuer, &r.Agent.Subject, &r.Agent.Client, &r.Agent.Role, &r.Agent.Organisation, &r.Agent.Purpose,
		&r.Ground.Reason} {
		*field = d.text()
	}
	if words := d.text(); words != "" {
		r.Ground.Words = []byte(words)
	}
	for _, field := range []*string{&r.Address, &r.RequestID, &r.Correlation,
		(*string)(&r.Target.Type), (*string)(&r.Target.ID), &r.Query} {
		*field = d.text()
	}
	for range d.count(1) {
		r.Patients = append(r.Patients, fhir.ID(d.text()))
	}
	for range d.count(3) {
		r.Versions = append(r.Versions, d.version())
	}
	for range d.count(len(Digest{})) {
		r.Sought = append(r.Sought, Digest(d.bytes(len(Digest{}))))
	}
	if d.failed || len(d.rest) > 0 {
		return Record{}, ErrContents
	}
	return r, nil
}

// decoder reads what appendRecord wrote. After a fault everything reads as zero.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) bytes(n int) []byte {
	if d.failed || n < 0 || n > len(d.rest) {
		d.failed = true
		return make([]byte, min(max(n, 0), len(Digest{})))
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) byte() byte { return d.bytes(1)[0] }

func (d *decoder) uvarint() uint64 {
	value, n := binary.Uvarint(d.rest)
	if n <= 0 || d.failed {
		d.failed = true
		return 0
	}
	d.rest = d.rest[n:]
	return value
}

func (d *decoder) text() string {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.failed = true
		return ""
	}
	return string(d.bytes(int(n)))
}

// count is the number of things that follow, each of size bytes at least.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.rest)/size) {
		d.failed = true
		return 0
	}
	return int(n)
}

func (d *decoder) version() Version {
	v := Version{Key: fhir.Key{Type: fhir.Type(d.text()), ID: fhir.ID(d.text())}}
	number := d.uvarint()
	v.Version, v.Written = fhir.VersionID(number>>1), number&1 != 0
	return v
}

package element

// Limits bounds what a reader accepts, so that no text can exhaust the stack or the memory.
type Limits struct {
	Depth int // objects inside one another
	Bytes int // length of the text; at most 2 GiB - 1 whatever is asked
	Nodes int // nodes on the tape, 36 bytes each
}

// DefaultLimits is what a server should start from: 64 deep 64 MiB (a transaction of 10,000 entries), 4,000,000 nodes.
func DefaultLimits() Limits {
	return Limits{Depth: 64, Bytes: 64 << 20, Nodes: 4_000_000}
}

// maxBytes keeps offsets within uint32 and lengths within int32.
const maxBytes = 1<<31 - 1

// orDefault replaces what was left zero or is out of range.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.Depth <= 0 {
		l.Depth = d.Depth
	}
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	if l.Nodes <= 0 {
		l.Nodes = d.Nodes
	}
	l.Bytes, l.Nodes = min(l.Bytes, maxBytes), min(l.Nodes, maxBytes)
	return l
}

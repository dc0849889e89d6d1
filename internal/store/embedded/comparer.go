package embedded

import (
	"bytes"

	"github.com/cockroachdb/pebble/v2"
)

// comparerName is written into every file of a store: it can never change.
const comparerName = "hearken.v1"

// comparer orders keys by their bytes. What it adds to Pebble's default is Split: every family has a prefix that
// tells its own end, so that Split(prefix) == len(prefix) and whole keys and prefixes sort alike. Blocks store a
// prefix once and filters on prefixes can be added without a new format.
var comparer = func() *pebble.Comparer {
	c := *pebble.DefaultComparer
	c.Name = comparerName
	c.Split = splitKey
	c.Compare = bytes.Compare
	c.Equal = bytes.Equal
	c.ComparePointSuffixes = bytes.Compare
	c.CompareRangeSuffixes = bytes.Compare
	return &c
}()

// fixedPrefix is the length of the prefix of each family where it does not depend on the content;
// 0 means that the whole key is prefix.
var fixedPrefix = [256]uint8{
	familyVersion:     1 + 1 + 4,
	familyEquality:    1 + 1 + 2 + hashSize,
	familyReference:   1 + 1 + 2 + 1 + 4,
	familyCompartment: 1 + 1 + 4 + 1,
	familyLog:         1 + 8,
	familyHistory:     1 + 1,
	familyUndo:        1 + 8,
	familyDue:         1 + 8,
}

// valuePrefix is where the escaped value begins in the families whose prefix ends with its terminator.
var valuePrefix = [256]uint8{
	familyOrdered: 1 + 1 + 2,
	familySort:    1 + 1 + 2 + 1,
}

func splitKey(key []byte) int {
	if len(key) == 0 {
		return 0
	}
	if start := int(valuePrefix[key[0]]); start > 0 && start < len(key) {
		if end := bytes.Index(key[start:], valueEnd); end >= 0 {
			return start + end + len(valueEnd)
		}
		return len(key)
	}
	if n := int(fixedPrefix[key[0]]); n > 0 {
		return min(n, len(key))
	}
	return len(key)
}

package embedded

import "bytes"

// valueEnd ends an escaped value: below every other continuation, so that a value sorts before those it begins.
var valueEnd = []byte{0x00, 0x01}

// appendEscaped appends value such that escaped values sort as the values do and none is a prefix of another:
// 00 becomes 00 FF and 00 01 ends it.
func appendEscaped[T string | []byte](key []byte, value T) []byte {
	return append(appendOpen(key, value), valueEnd...)
}

// appendOpen is appendEscaped without the end: the prefix of all values that begin with value.
func appendOpen[T string | []byte](key []byte, value T) []byte {
	for i := range len(value) {
		key = append(key, value[i])
		if value[i] == 0 {
			key = append(key, 0xff)
		}
	}
	return key
}

// cutEscaped takes an escaped value off the front of key. Without a zero byte in it nothing is copied.
func cutEscaped(key []byte) (value, rest []byte, ok bool) {
	end := bytes.Index(key, valueEnd)
	if end < 0 {
		return nil, nil, false
	}
	value, rest = key[:end], key[end+len(valueEnd):]
	if bytes.IndexByte(value, 0) >= 0 {
		value = bytes.ReplaceAll(value, []byte{0x00, 0xff}, []byte{0x00})
	}
	return value, rest, true
}

// after is the smallest key that is above every key with this prefix; nil when there is none.
func after(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

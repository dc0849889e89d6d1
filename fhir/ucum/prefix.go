package ucum

// prefixes are the metric prefixes of UCUM §27–28 and the binary ones of §50, as powers: a
// positive or negative power of ten, or of two for the binary ones.
var prefixes = map[string]struct{ base, exponent int }{
	"Q": {10, 30}, "R": {10, 27}, "Y": {10, 24}, "Z": {10, 21}, "E": {10, 18}, "P": {10, 15},
	"T": {10, 12}, "G": {10, 9}, "M": {10, 6}, "k": {10, 3}, "h": {10, 2}, "da": {10, 1},
	"d": {10, -1}, "c": {10, -2}, "m": {10, -3}, "u": {10, -6}, "n": {10, -9}, "p": {10, -12},
	"f": {10, -15}, "a": {10, -18}, "z": {10, -21}, "y": {10, -24}, "r": {10, -27}, "q": {10, -30},
	"Ki": {2, 10}, "Mi": {2, 20}, "Gi": {2, 30}, "Ti": {2, 40},
}

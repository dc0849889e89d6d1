package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which strings are compared when case, accents, punctuation and spacing do not matter
// (https://hl7.org/fhir/R4/search.html#string): "Alcántar" and "ALCANTAR" are "alcantar", "O’Brien" is "obrien",
// "Smith-Jones " is "smith jones". Letters are decomposed, marks removed and the rest put in lower case; letters
// that do not decompose (ø, ł, ß) become the ones English spelling has for them; apostrophes and full stops
// vanish, any other punctuation and white space is one space between words and nothing at the ends.
// Fold(Fold(s)) == Fold(s). A text that is folded already is returned without allocation.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	f := folder{text: make([]byte, 0, len(s)+8)}
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			f.add(rune(c))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		f.addDecomposed(r, s[i:])
		i += size
	}
	return string(f.text)
}

// isFolded reports whether the text is ASCII and Fold would not change it.
func isFolded(s string) bool {
	space := true // a space here would be at the start or doubled
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			space = false
		case c == ' ' && !space:
			space = true
		default:
			return false
		}
	}
	return s == "" || !space
}

// folder builds a folded text.
type folder struct {
	text  []byte
	space bool // owed before the next letter
}

// addDecomposed adds the parts of a character that has marks or a compatibility form; rest begins with it.
func (f *folder) addDecomposed(r rune, rest string) {
	if isSilent(r) {
		return
	}
	parts := norm.NFKD.PropertiesString(rest).Decomposition()
	if parts == nil {
		f.add(r)
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		f.add(part)
		parts = parts[size:]
	}
}

func (f *folder) add(r rune) {
	switch {
	case r < utf8.RuneSelf && isASCIILetter(byte(r)):
		f.write(r | 0x20)
	case r >= '0' && r <= '9':
		f.write(r)
	case isSilent(r):
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsNumber(r):
		f.addLetter(r)
	default:
		f.space = true
	}
}

func (f *folder) addLetter(r rune) {
	if plain, found := plainLetters[r]; found {
		for _, letter := range plain {
			f.write(letter)
		}
		return
	}
	f.write(unicode.ToLower(r))
}

func (f *folder) write(r rune) {
	if f.space && len(f.text) > 0 {
		f.text = append(f.text, ' ')
	}
	f.space = false
	f.text = utf8.AppendRune(f.text, r)
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isSilent says which characters vanish without parting the letters round them: combining marks,
// joiners, apostrophes and full stops.
func isSilent(r rune) bool {
	switch r {
	case '\'', '.', '`', '´', '‘', '’', '‛', 'ʹ', 'ʻ', 'ʼ', 'ʽ', '\u00ad', '\ufeff':
		return true
	}
	return unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r)
}

// plainLetters are the letters that NFKD leaves whole, and forms that lower case leaves apart.
var plainLetters = map[rune]string{
	'Ø': "o", 'ø': "o", 'Ł': "l", 'ł': "l", 'Đ': "d", 'đ': "d", 'Ð': "d", 'ð': "d", 'Ħ': "h", 'ħ': "h",
	'ı': "i", 'İ': "i", 'ẞ': "ss", 'ß': "ss", 'Æ': "ae", 'æ': "ae", 'Œ': "oe", 'œ': "oe", 'Þ': "th", 'þ': "th",
	'ς': "σ", 'Ŋ': "ng", 'ŋ': "ng", 'Ŧ': "t", 'ŧ': "t",
}

// hasFoldedPrefix reports whether folded begins with the fold of prefix. A prefix that folds to nothing
// ("-") is found only in what folds to nothing: it must not match everyone.
func hasFoldedPrefix(folded, prefix string) bool {
	prefix = Fold(prefix)
	if prefix == "" {
		return folded == ""
	}
	return strings.HasPrefix(folded, prefix)
}

package terminology

import (
	"slices"
	"strings"
)

// IsLanguageTag checks that a code is well-formed by BCP 47 (RFC 5646 §2.1): language, script, region,
// variants, extensions, private use, in this order. Whether each part is registered is not asked: the
// registry changes, and an old list must not refuse a new language.
func IsLanguageTag(code string) bool {
	var room [maxSubtags]string
	parts := room[:0]
	for part := range strings.SplitSeq(code, "-") {
		if len(parts) == maxSubtags || !isSubtag(part) {
			return false
		}
		parts = append(parts, part)
	}
	return isLangtag(parts) || slices.ContainsFunc(irregularTags, func(tag string) bool { return strings.EqualFold(tag, code) })
}

// maxSubtags is more than any registered tag has; the grammar sets no limit.
const maxSubtags = 32

// isLangtag checks a tag by the grammar, or one for private use.
func isLangtag(parts []string) bool {
	if isSingleton(parts[0], "x") {
		return len(parts) > 1
	}
	rest, ok := cutLanguage(parts)
	if !ok {
		return false
	}
	rest = cutIf(rest, func(s string) bool { return len(s) == 4 && letters(s) })
	rest = cutIf(rest, func(s string) bool { return len(s) == 2 && letters(s) || len(s) == 3 && numerals(s) })
	for len(rest) > 0 && isVariant(rest[0]) {
		rest = rest[1:]
	}
	return isExtensions(rest)
}

// cutLanguage takes off the language with its extensions (zh-yue).
func cutLanguage(parts []string) ([]string, bool) {
	language := parts[0]
	if len(language) < 2 || !letters(language) {
		return nil, false
	}
	rest := parts[1:]
	if len(language) <= 3 {
		for range 3 {
			rest = cutIf(rest, func(s string) bool { return len(s) == 3 && letters(s) })
		}
	}
	return rest, true
}

// isExtensions checks what is left: groups that begin with a single character and have at least
// one longer part each, "x" last.
func isExtensions(parts []string) bool {
	for len(parts) > 0 {
		if len(parts[0]) != 1 || len(parts) == 1 {
			return false
		}
		if isSingleton(parts[0], "x") {
			return true
		}
		n := 1
		for n < len(parts) && len(parts[n]) > 1 {
			n++
		}
		if n == 1 {
			return false
		}
		parts = parts[n:]
	}
	return true
}

func cutIf(parts []string, is func(string) bool) []string {
	if len(parts) > 0 && is(parts[0]) {
		return parts[1:]
	}
	return parts
}

func isSingleton(s, letter string) bool { return strings.EqualFold(s, letter) }

// isVariant: five to eight characters, or four that begin with a digit.
func isVariant(s string) bool {
	return len(s) >= 5 || len(s) == 4 && s[0] >= '0' && s[0] <= '9'
}

func isSubtag(s string) bool {
	if s == "" || len(s) > 8 {
		return false
	}
	for i := range len(s) {
		if !isAlphanumeric(s[i]) {
			return false
		}
	}
	return true
}

func letters(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return true
}

func numerals(s string) bool { return strings.Trim(s, "0123456789") == "" }

// irregularTags were registered before the grammar and do not fit it (RFC 5646 §2.1, "grandfathered").
var irregularTags = []string{
	"en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo",
	"i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
}

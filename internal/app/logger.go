package app

import (
	"io"
	"log/slog"
	"strings"

	"hearken/internal/careplan"
	"hearken/internal/config"
)

// NewLogger makes the server's logger. Nobody logs patient data; should somebody do so by mistake, whatever
// reads as an NHS number is struck out here all the same.
func NewLogger(out io.Writer, c config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Value.Kind() {
		case slog.KindString:
			if text := a.Value.String(); mayHoldNHSNumber(text) {
				a.Value = slog.StringValue(strikeOut(text))
			}
		case slog.KindAny:
			if err, ok := a.Value.Any().(error); ok {
				a.Value = slog.StringValue(strikeOut(err.Error()))
			}
		}
		return a
	}}
	if c.LogFormat == config.LogJSON {
		return slog.New(slog.NewJSONHandler(out, o))
	}
	return slog.New(slog.NewTextHandler(out, o))
}

// nhsDigits is how many digits an NHS number has.
const nhsDigits = 10

// mayHoldNHSNumber looks for enough digits, which most texts do not have.
func mayHoldNHSNumber(text string) bool {
	digits := 0
	for i := range len(text) {
		if isDigit(text[i]) {
			digits++
		}
	}
	return digits >= nhsDigits
}

// strikeOut replaces the NHS numbers of a text, written together or spaced 3-3-4.
func strikeOut(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		n := nhsNumberAt(text, i)
		if n == 0 {
			out.WriteByte(text[i])
			i++
			continue
		}
		out.WriteString("[NHS number]")
		i += n
	}
	return out.String()
}

// nhsNumberAt is the length of the NHS number that begins at i, 0 when none does. A longer run of digits is
// something else, and so is its middle.
func nhsNumberAt(text string, i int) int {
	if !isDigit(text[i]) || i > 0 && isDigit(text[i-1]) {
		return 0
	}
	for _, n := range [...]int{nhsDigits, nhsDigits + 2} {
		if i+n > len(text) || i+n < len(text) && isDigit(text[i+n]) {
			continue
		}
		if _, err := careplan.ParseNHSNumber(text[i : i+n]); err == nil {
			return n
		}
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

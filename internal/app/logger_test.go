package app_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"hearken/internal/app"
	"hearken/internal/config"
)

func TestNewLogger_StrikesOutNHSNumbers(t *testing.T) {
	for _, row := range []struct {
		name, text string
		struck     bool
	}{
		{"alone", "9990000018", true},
		{"spaced", "999 000 0018", true},
		{"in a sentence", "no plan for 9990000018.", true},
		{"at the end of a URL", "/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018", true},
		{"of a real range", "4010232137", true},
		{"wrong check digit", "9990000019", false},
		{"part of a longer number", "99900000181", false},
		{"end of a longer number", "19990000018", false},
		{"time in nanoseconds", "1732420000000000000", false},
	} {
		for _, format := range []string{config.LogText, config.LogJSON} {
			t.Run(row.name+" "+format, func(t *testing.T) {
				var out bytes.Buffer
				c := config.Defaults()
				c.LogFormat = format
				log := app.NewLogger(&out, c)
				log.Info(row.text)
				log.Info("m", slog.String("a", row.text), slog.Any("error", errors.New(row.text)))
				if got := !strings.Contains(out.String(), row.text); got != row.struck {
					t.Errorf("log of %q = %s, want it struck out: %t", row.text, out.String(), row.struck)
				}
			})
		}
	}
}

func TestNewLogger_Level(t *testing.T) {
	var out bytes.Buffer
	c := config.Defaults()
	c.LogLevel = slog.LevelWarn
	app.NewLogger(&out, c).Info("quiet")
	if out.Len() != 0 {
		t.Errorf("log at warn = %s, want nothing below it", out.String())
	}
}

package config

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// The rule is tested on a row of its own, so that it holds for all.
func TestSetting_SecretNeverShown(t *testing.T) {
	const secret = "hunter2"
	s := &Setting{Name: "key", Secret: true, Form: pathForm}
	if text := s.fault(secret, fromFlag, errors.New("bad "+secret)).Error(); strings.Contains(text, secret) || !strings.Contains(text, "key (flag)") {
		t.Errorf("fault of a secret setting = %q, want its name and not its value", text)
	}
	var out bytes.Buffer
	c := Config{given: []given{{s, secret, fromFlag}, {&Setting{Name: "other", Secret: true}, "", fromDefault}}}
	slog.New(slog.NewTextHandler(&out, nil)).Info("settings", "config", c)
	if text := out.String(); strings.Contains(text, secret) || !strings.Contains(text, `config.key="[secret] (flag)"`) || !strings.Contains(text, `config.other=""`) {
		t.Errorf("log of a secret setting = %s, want [secret] when set and nothing when not", text)
	}
}

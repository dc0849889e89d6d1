package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"hearken/internal/load"
)

func TestProgress_Terminal(t *testing.T) {
	var out bytes.Buffer
	began := time.Now().Add(-2 * time.Second)
	b := &progress{out: &out, terminal: true, began: began, shown: began}
	b.watch(load.Progress{Bytes: 100, Done: 50, Resources: 40, Faults: make([]load.Fault, 3)})
	for _, want := range []string{"\r[", strings.Repeat("█", 15) + strings.Repeat("░", 15), " 50 %", "40 resources, 3 faults", "20/s"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("bar = %q, want %q in it", out.String(), want)
		}
	}
	drawn := out.Len()
	if b.watch(load.Progress{Bytes: 100, Done: 51}); out.Len() != drawn {
		t.Errorf("the bar is drawn again at once: %q", out.String())
	}
	if b.end(load.Progress{Bytes: 100, Done: 100}); !strings.Contains(out.String(), "100 %") || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("at the end = %q, want 100 %% and a new line", out.String())
	}
}

func TestProgress_NoTerminal(t *testing.T) {
	var out bytes.Buffer
	b := newProgress(&out)
	if b.watch(load.Progress{Bytes: 100, Done: 50}); out.Len() != 0 {
		t.Errorf("printed %q at once, want a line now and then", out.String())
	}
	b.shown = b.shown.Add(-time.Minute)
	b.watch(load.Progress{Bytes: 100, Done: 50, Resources: 7})
	b.end(load.Progress{Bytes: 100, Done: 100})
	if got := out.String(); strings.Count(got, "\n") != 1 || strings.ContainsAny(got, "\r\x1b█") || !strings.Contains(got, "7 resources") {
		t.Errorf("printed %q, want one plain line", got)
	}
}

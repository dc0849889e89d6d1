package main

import (
	"os"
	"testing"
)

func TestParseStat(t *testing.T) {
	const fields = " S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20"
	for _, row := range []struct {
		name, stat string
		want       float64
		fails      bool
	}{
		{"a plain name", "42 (hearken)" + fields, 2, false},
		{"a name with spaces and parentheses", "42 (a) (b c)" + fields, 2, false},
		{"too short", "42 (hearken) S 1", 0, true},
		{"no number", "42 (x) S 1 2 3 4 5 6 7 8 9 10 x 50", 0, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := parseStat(row.stat)
			if got != row.want || (err != nil) != row.fails {
				t.Errorf("parseStat(%q) = %g, %v, want %g", row.stat, got, err, row.want)
			}
		})
	}
}

func TestCPUSeconds(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("SKIPPED: this system has no /proc")
	}
	if got, err := cpuSeconds(os.Getpid()); err != nil || got < 0 {
		t.Errorf("cpuSeconds(self) = %g, %v, want a time", got, err)
	}
	if _, err := cpuSeconds(-1); err == nil {
		t.Error("cpuSeconds(-1) error = nil, want one")
	}
}

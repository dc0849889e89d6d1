package main

import (
	"runtime/debug"
	"testing"
)

// What the environment says of the collector holds; else it is ours.
func TestCollectLess(t *testing.T) {
	const before = 123
	for _, row := range []struct {
		name string
		said bool
		want int
	}{{"not said", false, garbagePercent}, {"said", true, before}} {
		old := debug.SetGCPercent(before)
		collectLess(&process{environment: func(name string) (string, bool) { return "123", row.said && name == "GOGC" }})
		if got := debug.SetGCPercent(old); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
}

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"hearken/internal/load"
)

// progress shows how far an import is: a bar that is drawn again and again on a terminal, a line now and then
// anywhere else.
type progress struct {
	out      io.Writer
	terminal bool
	began    time.Time
	shown    time.Time
}

func newProgress(out io.Writer) *progress {
	now := time.Now()
	return &progress{out: out, terminal: isTerminal(out), began: now, shown: now}
}

// isTerminal reports whether somebody is watching.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// How often progress is shown.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
	barWidth  = 30
)

func (b *progress) watch(p load.Progress) {
	every := lineEvery
	if b.terminal {
		every = barEvery
	}
	if now := time.Now(); now.Sub(b.shown) >= every {
		b.shown = now
		b.show(p)
	}
}

func (b *progress) show(p load.Progress) {
	done := 1.0
	if p.Bytes > 0 {
		done = min(float64(p.Done)/float64(p.Bytes), 1)
	}
	figures := fmt.Sprintf("%3.0f %%  %d resources, %d faults, %s", 100*done, p.Resources, len(p.Faults), b.rate(p))
	if !b.terminal {
		fmt.Fprintln(b.out, figures)
		return
	}
	full := int(done * barWidth)
	fmt.Fprintf(b.out, "\r[%s%s] %s\x1b[K", strings.Repeat("█", full), strings.Repeat("░", barWidth-full), figures)
}

// end shows the last state and leaves the line.
func (b *progress) end(p load.Progress) {
	if b.terminal {
		b.show(p)
		fmt.Fprintln(b.out)
	}
}

func (b *progress) rate(p load.Progress) string {
	seconds := time.Since(b.began).Seconds()
	if seconds < 0.01 {
		return "just begun"
	}
	return fmt.Sprintf("%.0f/s", float64(p.Resources)/seconds)
}

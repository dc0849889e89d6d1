package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// line is one row of the table a command prints.
type line struct {
	name string
	*result
	cpu float64 // CPU seconds the server took; 0 = not known
}

// report prints the lines as a table, and the failures below it.
func report(out io.Writer, title string, lines ...line) {
	fmt.Fprintf(out, "%s\n", title)
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\trequests/s\tp50\tp95\tp99\trequests\terrors\tbytes each\tCPU each\t")
	for _, l := range lines {
		all := l.succeeded() + l.failed()
		fmt.Fprintf(table, "%s\t%.0f\t%s\t%s\t%s\t%d\t%.2f %%\t%d\t%s\t\n",
			l.name, l.rate(l.succeeded()), short(l.latencies.quantile(0.50)), short(l.latencies.quantile(0.95)), short(l.latencies.quantile(0.99)),
			all, 100*float64(l.failed())/float64(max(all, 1)), l.bytes()/max(l.succeeded(), 1), l.cpuEach(l.succeeded()))
	}
	table.Flush()
	for _, l := range lines {
		if l.failed() > 0 {
			fmt.Fprintf(out, "%s failed: %s\n", l.name, causes(l.failures))
		}
	}
}

// bytes are those of the larger direction: what was written for a create, what was read for a read.
func (l line) bytes() int64 { return max(l.received.Load(), l.sent.Load()) }

func (l line) cpuEach(n int64) string {
	if l.cpu == 0 || n == 0 {
		return "–"
	}
	return short(time.Duration(l.cpu / float64(n) * float64(time.Second)))
}

// short writes a duration with three digits.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1000)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func causes(failures map[string]int64) string {
	var all []string
	for _, why := range slices.Sorted(maps.Keys(failures)) {
		all = append(all, fmt.Sprintf("%d × %s", failures[why], why))
	}
	return strings.Join(all, ", ")
}

// ratio prints how a server compares to its floor.
func ratio(out io.Writer, name string, server, floor float64) {
	if floor > 0 {
		fmt.Fprintf(out, "ratio to floor (%s): %.2f\n", name, server/floor)
	}
}

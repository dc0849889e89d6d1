package main

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"hearken/internal/app"
)

var checkCommand = command{
	name:      "check",
	arguments: "[--data FOLDER]",
	summary:   "check that a store is whole, while no server has it open",
	about: `Every resource, version and index entry is read and held against the others and against the bodies. What is wrong
is told a line each; the exit code is 1 if anything is. The settings have to be those of the server.`,
	settings: true,
	run: func(ctx context.Context, p *process, flags *pflag.FlagSet) int {
		c, err := settings(p, flags)
		if err != nil {
			return usageFault(p, "%v", err)
		}
		report, err := app.Check(ctx, c, deps(p, c))
		if err != nil {
			return fault(p, err)
		}
		for _, found := range report.Faults {
			fmt.Fprintln(p.out, found)
		}
		fmt.Fprintf(p.out, "%s: %d resources, %d versions, %d index entries, %d audit records, %d faults\n",
			c.Data, report.Resources, report.Versions, report.Postings, report.Audit, len(report.Faults))
		if len(report.Faults) > 0 {
			return exitFaults
		}
		return exitDone
	},
}

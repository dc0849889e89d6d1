package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"hearken/internal/app"
	"hearken/internal/audit"
	"hearken/internal/config"
)

var auditCommand = command{
	name:      "audit",
	arguments: "verify [--head FILE]… | head   [--data FOLDER]",
	summary:   "verify the audit log of a store, or print its head, while no server has it open",
	about: `verify does all hashes of the log anew and holds its records against each other and against what they are
searched by: a record changed, deleted, put in or swapped is told a line each, and the exit code is 1. With
--head it also holds the log against heads that were kept elsewhere, and so finds what leaves no trace in the
store: the newest records cut off, an older state of the folder put back, all hashes done anew. Without one it
says that it cannot.

head prints where the log ends, with the hash that fixes all of it, as one line. Keep such lines where nobody
who can write the store can change them; a file may have many.`,
	settings: true,
	flags: func(flags *pflag.FlagSet) {
		flags.StringArray("head", nil, "file of heads, one a line, as printed by hearken audit head")
	},
	run: func(ctx context.Context, p *process, flags *pflag.FlagSet) int {
		act := map[string]func(context.Context, *process, audit.Log, []audit.Head) error{"verify": verifyAudit, "head": printHead}[flags.Arg(0)]
		if act == nil || flags.NArg() != 1 {
			return usageFault(p, "say verify or head; see hearken audit --help")
		}
		c, err := config.Load(flags, p.environment, os.ReadFile)
		if err != nil {
			return usageFault(p, "%v", err)
		}
		heads, err := readHeads(flags)
		if err != nil {
			return fault(p, err)
		}
		return finish(p, app.WithAudit(ctx, c, deps(p, c), func(log audit.Log) error { return act(ctx, p, log, heads) }))
	},
}

func readHeads(flags *pflag.FlagSet) (all []audit.Head, err error) {
	names, err := flags.GetStringArray("head")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		heads, err := audit.ReadHeads(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if len(heads) == 0 {
			return nil, fmt.Errorf("%s: there is no head in it", name)
		}
		all = append(all, heads...)
	}
	return all, err
}

var errTampered = errors.New("the audit log is not as it was written")

func verifyAudit(ctx context.Context, p *process, log audit.Log, heads []audit.Head) error {
	report, err := log.Verify(ctx, heads)
	if err != nil {
		return err
	}
	for _, found := range report.Faults {
		fmt.Fprintln(p.out, found)
	}
	if report.More > 0 {
		fmt.Fprintf(p.out, "and %d more\n", report.More)
	}
	for _, limit := range report.Limits() {
		fmt.Fprintln(p.out, limit)
	}
	fmt.Fprintf(p.out, "%d chains, %d records, %d purged, held against %d heads, %d faults\n",
		report.Chains, report.Records, report.Purged, report.Heads, len(report.Faults)+report.More)
	if len(report.Faults) > 0 {
		return errTampered
	}
	return nil
}

func printHead(ctx context.Context, p *process, log audit.Log, _ []audit.Head) error {
	head, err := log.Head(ctx)
	if err != nil {
		return err
	}
	if head.IsZero() {
		return errors.New("nothing was ever recorded")
	}
	_, err = p.out.Write(head.Line())
	return err
}

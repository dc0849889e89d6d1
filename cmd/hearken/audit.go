package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"hearken/internal/app"
	"hearken/internal/audit"
	"hearken/internal/config"
	"hearken/internal/sealed"
)

var auditCommand = command{
	name:      "audit",
	arguments: "verify [--head FILE]… | head | purge --before DATE   [--data FOLDER]",
	summary:   "verify or purge the audit log of a store, or print its head, while no server has it open",
	about: `verify does all hashes of the log anew and holds its records against each other and against what they are
searched by: a record changed, deleted, put in or swapped is told a line each, and the exit code is 1. With
--head it also holds the log against heads that were kept elsewhere, and so finds what leaves no trace in the
store: the newest records cut off, an older state of the folder put back, all hashes done anew. Without one it
says that it cannot.

head prints where the log ends, with the hash that fixes all of it, as one line. Keep such lines where nobody
who can write the store can change them; a file may have many.

purge takes the contents of all records older than a date (2018-11-29, or with a time: 2018-11-29T00:00:00Z) and leaves
their places in the chains, so that verify goes on to prove that nothing else was changed. That it was done is
itself recorded, and said by verify. A server does the same by itself with --audit-retention.`,
	settings: true,
	flags: func(flags *pflag.FlagSet) {
		flags.StringArray("head", nil, "file of heads, one a line, as printed by hearken audit head; or the folder of --audit-head-folder")
		flags.String("identity", "", "file of the age identity that opens encrypted heads")
		flags.String("before", "", "purge what was recorded before this date or moment")
	},
	run: func(ctx context.Context, p *process, flags *pflag.FlagSet) int {
		act := auditAct(flags.Arg(0))
		if act == nil || flags.NArg() != 1 {
			return usageFault(p, "say verify, head or purge; see hearken audit --help")
		}
		before, err := purgeBefore(flags)
		if err != nil {
			return usageFault(p, "%v", err)
		}
		c, err := config.Load(flags, p.environment, os.ReadFile)
		if err != nil {
			return usageFault(p, "%v", err)
		}
		heads, err := readHeads(flags)
		if err != nil {
			return fault(p, err)
		}
		return finish(p, app.WithAudit(ctx, c, deps(p, c), func(log audit.Log) error { return act(ctx, p, log, auditTask{heads, before}) }))
	},
}

// auditTask is what the flags say besides.
type auditTask struct {
	heads  []audit.Head
	before time.Time // of a purge
}

func auditAct(name string) func(context.Context, *process, audit.Log, auditTask) error {
	switch name {
	case "verify":
		return verifyAudit
	case "head":
		return printHead
	case "purge":
		return purgeAudit
	}
	return nil
}

// purgeBefore reads --before, which belongs to purge and to nothing else. A date is its first moment in UTC.
func purgeBefore(flags *pflag.FlagSet) (time.Time, error) {
	text, err := flags.GetString("before")
	if err != nil || (flags.Arg(0) == "purge") != (text != "") {
		return time.Time{}, errors.Join(errors.New("purge, and nothing else, needs --before DATE"), err)
	}
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, errors.New("--before: not a date such as 2018-11-29 or 2018-11-29T00:00:00Z")
}

func purgeAudit(ctx context.Context, p *process, log audit.Log, t auditTask) error {
	purged, err := log.Purge(ctx, t.before, audit.Agent{Client: "hearken audit purge"})
	fmt.Fprintf(p.out, "%d records purged\n", purged)
	return err
}

func readHeads(flags *pflag.FlagSet) (all []audit.Head, err error) {
	names, err := flags.GetStringArray("head")
	if err != nil {
		return nil, err
	}
	identities, err := identitiesOf(flags)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		files, err := headFiles(name)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			heads, err := headsIn(file, identities)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, heads...)
		}
	}
	return all, nil
}

// headFiles are the files of a folder of heads, or the one file.
func headFiles(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return []string{name}, err
	}
	files, err := filepath.Glob(filepath.Join(name, "head-*"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: there is no head in it", name)
	}
	return files, err
}

func headsIn(file string, identities sealed.Identities) ([]audit.Head, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, err := identities.Open(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	heads, err := audit.ReadHeads(r)
	if err == nil && len(heads) == 0 {
		err = errors.New("there is no head in it")
	}
	return heads, err
}

var errTampered = errors.New("the audit log is not as it was written")

func verifyAudit(ctx context.Context, p *process, log audit.Log, t auditTask) error {
	report, err := log.Verify(ctx, t.heads)
	if err != nil {
		return err
	}
	for _, found := range report.Faults {
		fmt.Fprintln(p.out, found)
	}
	if report.More > 0 {
		fmt.Fprintf(p.out, "and %d more\n", report.More)
	}
	if report.Purged > 0 {
		fmt.Fprintf(p.out, "The contents of %d records from before %s were purged, as the log says; their places are whole.\n",
			report.Purged, report.PurgedBefore.Format(time.RFC3339))
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

func printHead(ctx context.Context, p *process, log audit.Log, _ auditTask) error {
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

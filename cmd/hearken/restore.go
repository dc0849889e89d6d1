package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"hearken/internal/app"
	"hearken/internal/backup"
	"hearken/internal/config"
)

var restoreCommand = command{
	name:      "restore",
	arguments: "--from FILE --identity FILE | --acknowledge   [--data FOLDER]",
	summary:   "make a store out of a backup, where there is none",
	about: `The store is whole, or not there; what is there already is left alone. What was written after the backup is missing in
it: withdrawals and objections too, and staff who have left may see plans again. So the server says with every search, at
/readyz and in its log that changes after that moment are missing, until they were seen to and --acknowledge says so.
Hold the audit log against heads that were kept elsewhere: hearken audit verify --head FILE.`,
	settings: true,
	flags: func(flags *pflag.FlagSet) {
		flags.String("from", "", "backup `file` to read")
		flags.String("identity", "", "`file` of the private key that it is encrypted for")
		flags.Bool("acknowledge", false, "what is missing in the restored store has been seen to")
	},
	run: runRestore,
}

func runRestore(ctx context.Context, p *process, flags *pflag.FlagSet) int {
	from, _ := flags.GetString("from")
	acknowledge, _ := flags.GetBool("acknowledge")
	if acknowledge == (from != "") {
		return usageFault(p, "say what to restore (--from FILE), or later that what is missing has been seen to (--acknowledge)")
	}
	c, err := settings(p, flags)
	if err != nil {
		return usageFault(p, "%v", err)
	}
	if acknowledge {
		return finish(p, app.AcknowledgeRestored(ctx, c, deps(p, c)))
	}
	m, err := restore(ctx, p, flags, c, from)
	if err != nil {
		return fault(p, fmt.Errorf("%s: %w", from, err))
	}
	fmt.Fprintf(p.out, "%s is as of %s: changes after that are missing\n", c.Data, m.Time.Format(time.RFC3339))
	if m.Head != "" {
		fmt.Fprintf(p.out, "audit head of the backup: %s", m.Head)
	}
	return exitDone
}

func restore(ctx context.Context, p *process, flags *pflag.FlagSet, c config.Config, from string) (m backup.Manifest, err error) {
	identities, err := identitiesOf(flags)
	if err != nil {
		return m, err
	}
	f, err := os.Open(from)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	plain, err := identities.Open(f)
	if err != nil {
		return m, err
	}
	return app.Restore(ctx, c, deps(p, c), plain)
}

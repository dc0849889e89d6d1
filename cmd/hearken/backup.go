package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"hearken/internal/app"
	"hearken/internal/sealed"
)

var backupCommand = command{
	name:      "backup",
	arguments: "--to FILE --recipient age1…   [--data FOLDER]",
	summary:   "put a whole store into one encrypted file, while no server has it open",
	about: `All resources with their versions, the audit log and what belongs to them go into FILE, which must not be there
yet, and which only those can read who have the private key of a --recipient (see age-keygen: https://age-encryption.org).
FILE is whole, or not there. With --unencrypted it is written for everybody to read.`,
	settings: true,
	flags: func(flags *pflag.FlagSet) {
		flags.String("to", "", "`file` to write")
		recipientFlags(flags)
		flags.Bool("unencrypted", false, "write it so that everybody who has the file can read the plans in it")
	},
	run: runBackup,
}

func recipientFlags(flags *pflag.FlagSet) {
	flags.StringArray("recipient", nil, "public `key` of who may read it, age1…; may be repeated")
}

func runBackup(ctx context.Context, p *process, flags *pflag.FlagSet) int {
	to, _ := flags.GetString("to")
	open, _ := flags.GetBool("unencrypted")
	recipients, err := recipientsOf(flags)
	switch {
	case err != nil:
		return usageFault(p, "%v", err)
	case to == "":
		return usageFault(p, "say where: --to FILE")
	case open == (len(recipients) > 0):
		return usageFault(p, "say who may read it (--recipient age1…), or that everybody may (--unencrypted)")
	}
	c, err := settings(p, flags)
	if err != nil {
		return usageFault(p, "%v", err)
	}
	err = recipients.NewFile(to, func(w io.Writer) error {
		m, err := app.Backup(ctx, c, deps(p, c), w)
		if err == nil && m.Head != "" {
			fmt.Fprintf(p.out, "audit head, to be kept where nobody can change it: %s", m.Head)
		}
		return err
	})
	if err == nil && open {
		fmt.Fprintln(p.err, "hearken: NOT ENCRYPTED: everybody who has the file can read the plans in it")
	}
	return finish(p, err)
}

func recipientsOf(flags *pflag.FlagSet) (sealed.Recipients, error) {
	keys, err := flags.GetStringArray("recipient")
	if err != nil {
		return nil, err
	}
	return sealed.ParseRecipients(keys)
}

// identitiesOf reads the private keys of --identity; none when it is not said.
func identitiesOf(flags *pflag.FlagSet) (sealed.Identities, error) {
	name, err := flags.GetString("identity")
	if err != nil || name == "" {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	all, err := sealed.ReadIdentities(f)
	return all, errors.Join(err, f.Close())
}

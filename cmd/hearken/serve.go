package main

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/pflag"

	"hearken/internal/app"
	"hearken/internal/config"
)

var serveCommand = command{
	name:      "serve",
	arguments: "[FLAG…]",
	summary:   "serve FHIR R4 over HTTP",
	about: `The service is at /fhir below the address; /healthz answers while the process lives, /readyz while it answers
look-ups, /readyz/writes while it takes writes, too. An interrupt lets running requests end; a second one does not.`,
	settings: true,
	run: func(ctx context.Context, p *process, flags *pflag.FlagSet) int {
		c, err := settings(p, flags)
		if err != nil {
			return usageFault(p, "%v", err)
		}
		a, err := app.Open(ctx, c, deps(p, c))
		if err != nil {
			return fault(p, err)
		}
		return finish(p, errors.Join(a.Run(ctx), a.Close()))
	},
}

// settings is the configuration that a command line gives; it takes no other arguments.
func settings(p *process, flags *pflag.FlagSet) (config.Config, error) {
	if flags.NArg() > 0 {
		return config.Config{}, errors.New("unexpected argument: " + flags.Arg(0))
	}
	return config.Load(flags, p.environment, os.ReadFile)
}

// deps are those of a real server that logs to the process's standard error.
func deps(p *process, c config.Config) app.Deps {
	return app.Deps{Log: app.NewLogger(p.err, c), Version: version()}
}

func finish(p *process, err error) int {
	if err != nil {
		return fault(p, err)
	}
	return exitDone
}

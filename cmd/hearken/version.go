package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"

	"hearken/fhir/r4"
)

var versionCommand = command{
	name:    "version",
	summary: "print the version of this build",
	run: func(_ context.Context, p *process, _ *pflag.FlagSet) int {
		fmt.Fprintf(p.out, "hearken %s (FHIR %s, %s, %s/%s)\n", version(), r4.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return exitDone
	},
}

// version is the version of the module this was built from, or the commit of a build from its sources.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v, modified := info.Main.Version, ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && (v == "" || v == "(devel)"):
			v = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+changes"
		}
	}
	if v == "" {
		return "unknown"
	}
	if v == "(devel)" {
		return "development"
	}
	return v + modified
}

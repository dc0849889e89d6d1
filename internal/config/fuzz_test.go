package config_test

import (
	"testing"

	"github.com/spf13/pflag"

	"hearken/internal/config"
)

// A file is understood, with limits that make sense, or refused; it never makes Load panic.
func FuzzLoad(f *testing.F) {
	f.Add(`{"max-body": "64MiB", "insecure": true, "trusted-proxies": ["10.0.0.0/8", "::1"], "cursor-life": "1h30m"}`)
	f.Add(`{"max-body": -1, "max-count": 1e3, "zone": "Local", "base-url": "http://u@h/?q#f", "listen": ":"}`)
	f.Add(`[null, {"a": [}`)
	flags := pflag.NewFlagSet("fuzz", pflag.ContinueOnError)
	config.Flags(flags)
	f.Fuzz(func(t *testing.T, file string) {
		environment := func(name string) (string, bool) { return "file", name == "HEARKEN_CONFIG" }
		c, err := config.Load(flags, environment, func(string) ([]byte, error) { return []byte(file), nil })
		if err != nil {
			return
		}
		if c.MaxBody < 1 || c.CacheSize < 1 || c.MaxCount < 1 || c.DefaultCount > c.MaxCount || c.CursorLife <= 0 || c.Zone == nil || c.Listen == "" {
			t.Errorf("Load(%s) = %+v, want limits above zero, a zone and an address", file, c)
		}
	})
}

package config

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// Where a setting can come from, strongest first; a file is named by its path.
const (
	fromFlag        = "flag"
	fromEnvironment = "environment"
	fromDefault     = "default"
)

// fileFlag names the configuration file: --config, HEARKEN_CONFIG.
const fileFlag = "config"

// Flags adds a flag for every setting, and --config, to flags. The values are read by Load.
func Flags(flags *pflag.FlagSet) {
	for i := range settings {
		s := &settings[i]
		flag := flags.VarPF(&said{list: s.Form.isList()}, s.Name, "", s.Help)
		if s.Form.Placeholder == "" {
			flag.NoOptDefVal = "true"
		}
	}
	flags.Var(&said{}, fileFlag, "a JSON file of settings")
}

// said is what the command line said of a flag, to be understood by Load. It implements pflag.Value. A list
// may be said in parts: a flag that is repeated adds to it.
type said struct {
	text string
	list bool
}

func (s *said) Set(text string) error {
	if s.list && s.text != "" {
		text = s.text + listSeparator + text
	}
	s.text = text
	return nil
}

func (s *said) String() string { return s.text }
func (s *said) Type() string   { return "text" }

// Load makes the configuration of what flags (parsed, with the flags of Flags), the environment and the file
// that either names say. All faults are reported at once, each naming its setting and where its value came
// from, and never a secret value.
func Load(flags *pflag.FlagSet, environment func(string) (string, bool), readFile func(string) ([]byte, error)) (Config, error) {
	name, _ := environment("HEARKEN_CONFIG")
	if flag := flags.Lookup(fileFlag); flag.Changed {
		name = flag.Value.String()
	}
	var file map[string]string
	if name != "" {
		src, err := readFile(name)
		if err != nil {
			return Config{}, fmt.Errorf("--config: %w", err)
		}
		if file, err = parseFile(src); err != nil {
			return Config{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	return resolve(func(s *Setting) (text, source string, ok bool) {
		if flag := flags.Lookup(s.Name); flag.Changed {
			return flag.Value.String(), fromFlag, true
		}
		if text, ok := environment(s.Variable()); ok {
			return text, fromEnvironment, true
		}
		text, ok = file[s.Name]
		return text, name, ok
	})
}

// resolve fills a Config by the table, taking a default where say (which may be nil) says nothing.
func resolve(say func(*Setting) (text, source string, ok bool)) (Config, error) {
	var c Config
	var faults []error
	for i := range settings {
		s := &settings[i]
		text, source := s.Default, fromDefault
		if say != nil {
			if t, from, ok := say(s); ok {
				text, source = t, from
			}
		}
		if err := s.set(&c, text); err != nil {
			faults = append(faults, s.fault(text, source, err))
		}
		c.given = append(c.given, given{s, text, source})
	}
	if len(faults) == 0 {
		faults = c.faults()
	}
	return c, errors.Join(faults...)
}

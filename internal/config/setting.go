package config

import (
	"fmt"
	"strings"
)

// Setting is one row of the table.
type Setting struct {
	Name    string // "max-body": the flag without its dashes, and the key in the file
	Group   string // the heading it stands under in the help
	Default string // as text
	Help    string // one line
	Form    Form   // what its values look like
	Secret  bool   // its value is never shown, neither in logs nor in errors

	set func(*Config, string) error
}

// Variable is the setting's environment variable: HEARKEN_MAX_BODY for max-body.
func (s *Setting) Variable() string {
	return "HEARKEN_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// Settings is the table. It is for reading.
func Settings() []Setting { return settings }

// settingNamed gives the row of a name; nil when there is none.
func settingNamed(name string) *Setting {
	for i := range settings {
		if settings[i].Name == name {
			return &settings[i]
		}
	}
	return nil
}

// fault says what is wrong with a value, naming the setting and where the value came from.
func (s *Setting) fault(text, source string, err error) error {
	if s.Secret {
		return fmt.Errorf("%s (%s): not %s", s.Name, source, s.Form.Words)
	}
	return fmt.Errorf("%s (%s): %q is not %s: %w", s.Name, source, text, s.Form.Words, err)
}

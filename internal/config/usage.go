package config

import (
	"fmt"
	"strings"
)

// helpColumn is where the help of a flag begins.
const helpColumn = 34

// Usage is the help of all settings, a heading a group, a line or two a setting.
func Usage() string {
	var b strings.Builder
	group := ""
	for _, s := range settings {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n%s\n", group)
		}
		writeFlag(&b, s.Name, s.Form.Placeholder, s.Help, s.Default)
	}
	fmt.Fprintf(&b, "\nSettings from elsewhere\n")
	writeFlag(&b, fileFlag, "FILE", `a JSON file of settings: {"max-body": "64MiB", …}`, "")
	b.WriteString(`
Every flag is also an environment variable (--max-body is HEARKEN_MAX_BODY) and a key of the file
("max-body"). A flag wins over the environment, that over the file, and that over the default.
`)
	return b.String()
}

func writeFlag(b *strings.Builder, name, placeholder, help, def string) {
	flag := "  --" + name
	if placeholder != "" {
		flag += " " + placeholder
	}
	if len(flag) >= helpColumn {
		fmt.Fprintf(b, "%s\n%*s", flag, helpColumn, "")
	} else {
		fmt.Fprintf(b, "%-*s", helpColumn, flag)
	}
	b.WriteString(help)
	if def != "" && def != "false" {
		fmt.Fprintf(b, " [%s]", def)
	}
	b.WriteString("\n")
}

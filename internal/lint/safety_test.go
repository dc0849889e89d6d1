package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
)

// namedTest is how SAFETY.md and SECURITY.md name the proof of a control: `package.TestName`.
var namedTest = regexp.MustCompile("`([a-z0-9]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+)`")

// declaredTest is how Go declares one.
var declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)

// A control without its test is an open hazard, or an open door: every test that the hazard log and the threat model
// name must exist, in a package of that name.
func TestSafety_TestsExist(t *testing.T) {
	declared := map[string]bool{}
	for _, s := range sources(t) {
		for _, match := range declaredTest.FindAllSubmatch(s.text, -1) {
			declared[filepath.Base(s.dir)+"."+string(match[1])] = true
		}
	}
	for _, file := range []string{"SAFETY.md", "SECURITY.md"} {
		text, err := os.ReadFile(filepath.Join(fhirtest.ModuleRoot(t), file))
		if err != nil {
			t.Fatal(err)
		}
		named := namedTest.FindAllSubmatch(text, -1)
		if len(named) < 30 {
			t.Fatalf("%s names %d tests: the pattern does not find them", file, len(named))
		}
		for _, match := range named {
			name := string(match[1]) + "." + string(match[2])
			// storetest's own tests are run by engines, as exported functions.
			if !declared[name] && !strings.HasPrefix(name, "storetest.") {
				t.Errorf("%s names %s, which does not exist", file, name)
			}
		}
	}
}

package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
)

// namedTest is how SAFETY.md names the proof of a control: `package.TestName`.
var namedTest = regexp.MustCompile("`([a-z0-9]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+)`")

// declaredTest is how Go declares one.
var declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)

// A control without its test is an open hazard: every test that the hazard log
// names must exist, in a package of that name.
func TestSafety_TestsExist(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(fhirtest.ModuleRoot(t), "SAFETY.md"))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for _, s := range sources(t) {
		for _, match := range declaredTest.FindAllSubmatch(s.text, -1) {
			declared[filepath.Base(s.dir)+"."+string(match[1])] = true
		}
	}
	named := namedTest.FindAllSubmatch(text, -1)
	if len(named) < 30 {
		t.Fatalf("SAFETY.md names %d tests: the pattern does not find them", len(named))
	}
	for _, match := range named {
		name := string(match[1]) + "." + string(match[2])
		// storetest's own tests are run by engines, as exported functions.
		if !declared[name] && !strings.HasPrefix(name, "storetest.") {
			t.Errorf("SAFETY.md names %s, which does not exist", name)
		}
	}
}

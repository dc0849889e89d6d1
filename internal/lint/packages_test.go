package lint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"
	"sync"
	"testing"

	"hearken/internal/fhirtest"
)

// module is the path that imports of our own packages start with.
const module = "hearken"

// pkg is what the rules need to know of a package, as go list tells it.
type pkg struct {
	ImportPath   string
	Dir          string
	Name         string
	GoFiles      []string
	CgoFiles     []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string // all imports of imports
	Doc          string
}

// inModule is the path below the module: "fhir/element".
func (p pkg) inModule() string { return inModule(p.ImportPath) }

func inModule(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

// isOurs reports whether an import is of this module.
func isOurs(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// isThirdParty reports whether an import is neither ours nor of the standard library: those
// start with a host name.
func isThirdParty(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

// packages lists the module's packages, broken ones included: what does not compile is for the
// build to say.
func packages(t *testing.T) []pkg {
	t.Helper()
	root := fhirtest.ModuleRoot(t)
	listOnce.Do(func() { listed, errListed = list(root) })
	if errListed != nil {
		t.Fatalf("go list: %v", errListed)
	}
	if len(listed) < 5 {
		t.Fatalf("go list found %d packages: the rules would prove nothing", len(listed))
	}
	return listed
}

var (
	listOnce  sync.Once
	listed    []pkg
	errListed error
)

func list(root string) ([]pkg, error) {
	cmd := exec.Command("go", "list", "-e",
		"-json=ImportPath,Dir,Name,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,Deps,Doc", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	var all []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var one pkg
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
}

// matches reports whether a path is one of the patterns: "fhir/element" is that package alone,
// "fhir/..." also all below fhir, "fhir/*" those directly below.
func matches(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if above, ok := strings.CutSuffix(pattern, "/..."); ok {
			if name == above || strings.HasPrefix(name, above+"/") {
				return true
			}
		} else if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}

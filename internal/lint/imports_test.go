package lint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// library is a third-party module and the packages that may import it: each library lives in
// one place, so that it can be exchanged there.
type library struct {
	prefix string
	in     []string // packages of ours; "..." includes those below
	tests  []string // packages whose tests may import it as well
}

var libraries = []library{
	{"github.com/gin-gonic/gin", []string{"internal/rest"}, nil},
	{"github.com/cockroachdb/pebble", []string{"internal/store/embedded/...", "cmd/fhirload/putfloor"}, nil}, // putfloor: the floor create is measured against
	{"github.com/RoaringBitmap/roaring", []string{"internal/store/embedded/..."}, nil},
	{"go.mongodb.org/mongo-driver", []string{"internal/store/mongo/..."}, nil},
	{"github.com/coreos/go-oidc", []string{"internal/smart/..."}, nil},
	{"github.com/go-jose/go-jose", []string{"internal/devlogin"}, []string{"internal/app"}}, // the end-to-end test signs as a backend client
	{"github.com/google/fhir", []string{"internal/careplan/..."}, []string{"..."}},
	{"github.com/golang/protobuf", []string{"internal/careplan/..."}, []string{"..."}},
	{"google.golang.org/protobuf", []string{"internal/careplan/..."}, []string{"..."}},
	{"github.com/santhosh-tekuri/jsonschema", []string{"internal/config/...", "profiles/..."}, []string{"fhir/schema"}}, // the schemas it writes are for others
	{"github.com/cockroachdb/apd", []string{"fhir/fhirpath/...", "fhir/ucum"}, nil},                                     // ucum is FHIRPath's unit arithmetic
	{"golang.org/x/text", []string{"fhir/search/..."}, nil},                                                             // folding of strings: accents, case
	{"github.com/klauspost/compress", []string{"internal/rest/..."}, nil},                                               // gzip of answers
	{"golang.org/x/sync", []string{"internal/..."}, nil},
	{"golang.org/x/sys", []string{"internal/fhirtest"}, nil},                 // processor time, by which tests tell what is linear
	{"filippo.io/age", []string{"internal/sealed"}, []string{"cmd/hearken"}}, // the encryption of files that leave the machine; tests of commands make keys
	{"github.com/spf13/pflag", []string{"internal/config/...", "cmd/..."}, nil},
	{"github.com/google/go-cmp", nil, []string{"..."}},
}

// reach says what packages may or must not import, of the module and of the standard library.
type reach struct {
	name    string
	of      []string // the packages the rule is about
	except  []string // and those it is not about
	only    []string // all they may import of the module; nil = no limit
	never   []string // what they must not import
	through bool     // imports of imports count too
	why     string
}

// inputOutput is the part of the standard library that reaches outside the process.
var inputOutput = []string{
	"os", "os/...", "io/fs", "io/ioutil", "path/filepath", "net", "net/http/...", "net/rpc/...", "net/smtp", "net/mail",
	"syscall", "database/sql/...", "log", "log/slog", "embed", "plugin", "runtime/pprof", "testing",
	"math/rand/...", "crypto/rand",
}

var reaches = []reach{
	{
		name: "fhir stands alone", of: []string{"fhir"}, only: []string{}, through: true,
		why: "the vocabulary everyone speaks depends on nobody",
	},
	{
		name: "the library does not know the server", of: []string{"fhir/..."}, only: []string{"fhir/..."}, through: true,
		why: "everything under fhir can be used without the server",
	},
	{
		name: "the library does no I/O", of: []string{"fhir/..."}, except: []string{"fhir/r4", "fhir/igpackage/..."}, never: inputOutput,
		why: "clock, ids, randomness, files and network are parameters",
	},
	{
		name: "r4 embeds and does no other I/O", of: []string{"fhir/r4"}, never: without(inputOutput, "embed"),
		why: "the tables are part of the binary",
	},
	{
		name: "an IG package may be a folder", of: []string{"fhir/igpackage/..."}, never: without(inputOutput, "io/fs", "path/filepath"),
		why: "it reads an fs.FS it is given",
	},
	{
		name: "the query AST", of: []string{"fhir/search/query"}, only: []string{"fhir"}, through: true,
		why: "it is all that stores and deciders see of a search",
	},
	{
		name: "definitions are structs", of: []string{"fhir/definition"}, only: []string{}, through: true,
		why: "both r4 and igpackage produce them",
	},
	{
		name: "the domain does no I/O", of: []string{"internal/careplan/...", "internal/access/...", "profiles/..."}, never: without(inputOutput, "embed", "log/slog"), // slog for LogValue, which keeps patient data out of logs
		why: "decisions are pure, and tested as such",
	},
	{
		name: "redaction", of: []string{"internal/redaction"}, only: []string{"fhir", "fhir/definition", "fhir/element", "fhir/search"}, never: inputOutput,
		why: "what is taken out of a resource is decided by others, and how is pure",
	},
	{
		name: "the store contract", of: []string{"internal/store"}, only: []string{"fhir", "fhir/search/query"}, through: true,
		why: "an engine needs to know nothing else",
	},
	{
		name: "the audit contract", of: []string{"internal/audit/..."}, only: []string{"fhir", "fhir/search/query"}, never: inputOutput, through: false,
		why: "engines implement it, and what it decides is pure",
	},
	{
		name: "engines", of: []string{"internal/store/..."}, except: []string{"internal/store/storetest/..."},
		never: []string{"hearken/fhir/fhirpath/...", "hearken/fhir/element/...", "hearken/fhir/search", "hearken/internal/rest/...", "hearken/internal/interaction/...", "github.com/gin-gonic/..."}, through: true,
		why: "engines see values and queries, never expressions or requests",
	},
	{
		name: "deciders", of: []string{"internal/smart/...", "internal/access/..."},
		never: []string{"hearken/fhir/fhirpath/...", "hearken/internal/rest/...", "hearken/internal/store/..."}, through: true,
		why: "authorization works on queries and facts it is handed",
	},
	{
		name: "scopes are decided without I/O", of: []string{"internal/smart"}, only: []string{"fhir", "fhir/search/query"}, never: without(inputOutput, "log/slog"), // slog for LogValue
		why: "decisions are pure, and tested as such; tokens are checked in smart/token",
	},
	{
		name: "tokens are checked apart", of: []string{"internal/smart/token"}, only: []string{"fhir", "internal/smart"}, never: []string{"os", "os/...", "log", "crypto/rand", "math/rand/..."},
		why: "it needs keys, a clock and an HTTP client, all of them parameters",
	},
	{
		name: "the login for trying out", of: []string{"internal/devlogin"}, only: []string{"fhir", "internal/smart", "internal/access", "internal/careplan"}, never: []string{"os", "os/...", "log", "log/slog", "crypto/rand", "math/rand/..."},
		why: "to the server it is an issuer like any other; clock, randomness and records are parameters",
	},
	{
		name: "interactions do not know HTTP", of: []string{"internal/interaction/...", "internal/audit/...", "internal/subscription/..."},
		never: []string{"hearken/internal/rest/...", "hearken/internal/store/embedded/...", "hearken/internal/store/mongo/...", "github.com/gin-gonic/..."}, through: true,
		why: "they are written once, for every engine and every transport",
	},
	{
		name: "REST does not know engines", of: []string{"internal/rest/..."},
		never: []string{"hearken/internal/store/embedded/...", "hearken/internal/store/mongo/...", "hearken/internal/app/..."}, through: true,
		why: "the app wires them together",
	},
	{
		name: "the app is on top", of: []string{"..."}, except: []string{"cmd/...", "internal/app/..."}, never: []string{"hearken/internal/app/..."},
		why: "only main and end-to-end tests start it",
	},
	{
		name: "test material", of: []string{"..."}, except: []string{"cmd/...", "internal/fhirtest/...", "internal/store/storetest/...", "internal/app/..."},
		never: []string{"hearken/internal/fhirtest/...", "hearken/internal/store/storetest/...", "testing", "testing/..."},
		why:   "what makes data up has no place in the server",
	},
	{
		name: "build time only", of: []string{"..."}, except: []string{"internal/gen/..."}, never: []string{"hearken/internal/gen/..."},
		why: "the server reads tables, not HL7's bundles",
	},
}

func without(list []string, leave ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(one string) bool { return slices.Contains(leave, one) })
}

// libraryFaults names every third-party import that no row allows.
func libraryFaults(libraries []library, p pkg) []string {
	var faults []string
	check := func(imported string, test bool) {
		if !isThirdParty(imported) {
			return
		}
		for _, row := range libraries {
			if imported != row.prefix && !strings.HasPrefix(imported, row.prefix+"/") {
				continue
			}
			if matches(row.in, p.inModule()) || test && (matches(row.in, p.inModule()) || allOrMatches(row.tests, p.inModule())) {
				return
			}
			faults = append(faults, fmt.Sprintf("%s imports %s, which belongs in %s", p.ImportPath, imported, strings.Join(row.in, ", ")))
			return
		}
		faults = append(faults, fmt.Sprintf("%s imports %s, which has no row in the table of libraries", p.ImportPath, imported))
	}
	for _, imported := range p.Imports {
		check(imported, false)
	}
	for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
		check(imported, true)
	}
	return faults
}

func allOrMatches(patterns []string, name string) bool {
	return slices.Contains(patterns, "...") || matches(patterns, name)
}

// reachFaults names every import that a rule forbids. Tests are free.
func reachFaults(rule reach, p pkg) []string {
	name := p.inModule()
	if !allOrMatches(rule.of, name) || matches(rule.except, name) {
		return nil
	}
	imports := p.Imports
	if rule.through {
		imports = p.Deps
	}
	var faults []string
	for _, imported := range imports {
		if rule.only != nil && isOurs(imported) && !matches(rule.only, inModule(imported)) || matches(rule.never, imported) {
			faults = append(faults, fmt.Sprintf("%s imports %s: %s", p.ImportPath, imported, rule.why))
		}
	}
	return faults
}

func TestImports_Libraries(t *testing.T) {
	for _, p := range packages(t) {
		for _, fault := range libraryFaults(libraries, p) {
			t.Error(fault)
		}
	}
}

func TestImports_Reach(t *testing.T) {
	all := packages(t)
	for _, rule := range reaches {
		t.Run(rule.name, func(t *testing.T) {
			for _, p := range all {
				for _, fault := range reachFaults(rule, p) {
					t.Error(fault)
				}
			}
		})
	}
}

// The rules themselves: each sort of fault is found, and what is allowed is not.
func TestImports_RulesBite(t *testing.T) {
	for _, row := range []struct {
		name   string
		p      pkg
		faults int
	}{
		{"gin in rest", pkg{ImportPath: "hearken/internal/rest", Imports: []string{"github.com/gin-gonic/gin"}}, 0},
		{"gin in interaction", pkg{ImportPath: "hearken/internal/interaction", Imports: []string{"github.com/gin-gonic/gin/binding"}}, 1},
		{"a library nobody listed", pkg{ImportPath: "hearken/internal/rest", Imports: []string{"example.org/x"}}, 1},
		{"go-cmp in a test", pkg{ImportPath: "hearken/fhir", XTestImports: []string{"github.com/google/go-cmp/cmp"}}, 0},
		{"go-cmp in code", pkg{ImportPath: "hearken/fhir", Imports: []string{"github.com/google/go-cmp/cmp"}}, 1},
		{"pebble in a test of another package", pkg{ImportPath: "hearken/internal/app", TestImports: []string{"github.com/cockroachdb/pebble/v2"}}, 1},
		{"the network in the library", pkg{ImportPath: "hearken/fhir/element", Imports: []string{"net/http", "net/url"}}, 1},
		{"files in a test of the library", pkg{ImportPath: "hearken/fhir/element", TestImports: []string{"os"}}, 0},
		{"embed in r4", pkg{ImportPath: "hearken/fhir/r4", Imports: []string{"embed"}}, 0},
		{"the server in the library", pkg{ImportPath: "hearken/fhir/search", Deps: []string{"hearken/internal/store"}}, 1},
		{"an engine that evaluates FHIRPath, through another", pkg{ImportPath: "hearken/internal/store/embedded", Deps: []string{"hearken/fhir/fhirpath"}}, 1},
		{"storetest may", pkg{ImportPath: "hearken/internal/store/storetest", Deps: []string{"hearken/fhir/search"}}, 0},
		{"the contract and an engine", pkg{ImportPath: "hearken/internal/store", Deps: []string{"hearken/internal/store/embedded"}}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			faults := libraryFaults(libraries, row.p)
			for _, rule := range reaches {
				faults = append(faults, reachFaults(rule, row.p)...)
			}
			if len(faults) != row.faults {
				t.Errorf("faults of %+v = %q, want %d", row.p, faults, row.faults)
			}
		})
	}
}

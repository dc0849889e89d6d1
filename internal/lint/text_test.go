package lint_test

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"hearken/internal/fhirtest"
)

// vague are the words no name of a file or package may be: they say nothing about what is inside.
var vague = []string{"manager", "helper", "helpers", "util", "utils", "common", "service", "impl", "types", "misc"}

func TestText_Gofmt(t *testing.T) {
	for _, s := range sources(t) {
		formatted, err := format.Source(s.text)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
		} else if !bytes.Equal(formatted, s.text) {
			t.Errorf("%s is not formatted: run gofmt -w", s.name)
		}
	}
}

func TestText_Names(t *testing.T) {
	for _, s := range sources(t) {
		file := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(s.name), ".go"), "_test")
		for _, word := range vague {
			if file == word || filepath.Base(s.dir) == word {
				t.Errorf("%s: name it by what is inside, not %q", s.name, word)
			}
		}
	}
}

// somebodysFolder is a path of one person's machine, which means nothing on another.
var somebodysFolder = regexp.MustCompile("(^|[\\s\"'`(=])/(home|Users|root|work)/")

func TestText_NobodysFolders(t *testing.T) {
	if !somebodysFolder.MatchString(`open("/home/ann/plan.json")`) || somebodysFolder.MatchString("GET /fhir/work/1, $X/home/y") {
		t.Fatal("the pattern does not find what it should, or finds what it should not")
	}
	root := fhirtest.ModuleRoot(t)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name == ".git" || name == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Name() == ".git" { // of a linked work tree: a file that says where the repository is
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasSuffix(path, "text_test.go") || !somebodysFolder.MatchString(line) {
				continue
			}
			t.Errorf("%s:%d names a folder of one machine", strings.TrimPrefix(path, root+string(filepath.Separator)), i+1)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// maxComment is how wide a comment of prose may be, in characters: what is wider is not read. Tables, lists
// and code in comments, which are indented, may be wider.
const maxComment = 120

// wideComments are the lines of prose that are too wide, by number.
func wideComments(s source) (lines []int) {
	if s.generated {
		return nil
	}
	for i, line := range strings.Split(string(s.text), "\n") {
		text, isComment := strings.CutPrefix(strings.TrimLeft(line, "\t"), "// ")
		if isComment && !strings.HasPrefix(text, " ") && !strings.Contains(text, "://") && utf8.RuneCountInString(line) > maxComment {
			lines = append(lines, i+1)
		}
	}
	return lines
}

func TestText_Comments(t *testing.T) {
	for _, s := range sources(t) {
		for _, line := range wideComments(s) {
			t.Errorf("%s:%d: a comment wider than %d characters", s.name, line, maxComment)
		}
	}
}

func TestText_CommentsRuleBites(t *testing.T) {
	wide := strings.Repeat("é", maxComment)
	for _, row := range []struct {
		name, text string
		faults     int
	}{
		{"wide", "// " + wide, 1},
		{"indented", "\t// " + wide, 1},
		{"as wide as may be", "// " + wide[:2*(maxComment-3)], 0},
		{"a table", "//\t" + wide, 0},
		{"a list", "//   - " + wide, 0},
		{"an address", "// https://" + wide, 0},
		{"code", wide, 0},
	} {
		if got := wideComments(source{text: []byte("package x\n" + row.text + "\n")}); len(got) != row.faults {
			t.Errorf("%s: %v, want %d", row.name, got, row.faults)
		}
	}
}

package sealed_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"hearken/internal/sealed"
)

// pair is a new identity, as its file, and its public key.
func pair(t *testing.T) (identity, recipient string) {
	t.Helper()
	one, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return "# made for a test\n" + one.String() + "\n", one.Recipient().String()
}

func identities(t *testing.T, text string) sealed.Identities {
	t.Helper()
	all, err := sealed.ReadIdentities(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func seal(t *testing.T, content string, keys ...string) []byte {
	t.Helper()
	recipients, err := sealed.ParseRecipients(keys)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := recipients.Seal(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is sealed can be read by each of those it is for, by nobody else, and not when a byte of it is gone or changed.
func TestSeal(t *testing.T) {
	ann, annsKey := pair(t)
	ben, bensKey := pair(t)
	eve, _ := pair(t)
	const content = "Doreen Whitcombe"
	file := seal(t, content, annsKey, bensKey)
	if bytes.Contains(file, []byte(content)) {
		t.Fatal("it can be read without a key")
	}
	read := func(file []byte, who sealed.Identities) (string, error) {
		r, err := who.Open(bytes.NewReader(file))
		if err != nil {
			return "", err
		}
		got, err := io.ReadAll(r)
		return string(got), err
	}
	for _, who := range []string{ann, ben} {
		if got, err := read(file, identities(t, who)); got != content || err != nil {
			t.Errorf("opened: %q, %v", got, err)
		}
	}
	for name, who := range map[string]sealed.Identities{"somebody else": identities(t, eve), "nobody": nil} {
		if got, err := read(file, who); err == nil {
			t.Errorf("%s read %q", name, got)
		}
	}
	for cut := 30; cut < len(file); cut++ {
		if got, err := read(file[:cut], identities(t, ann)); err == nil {
			t.Errorf("cut to %d of %d bytes it was read: %q", cut, len(file), got)
		}
	}
	for at := 30; at < len(file); at += 7 {
		changed := bytes.Clone(file)
		changed[at] ^= 1
		if got, err := read(changed, identities(t, ann)); err == nil && got != content {
			t.Errorf("changed at %d it was read: %q", at, got)
		}
	}
}

// Without recipients a file is for all to read, with and without identities.
func TestSeal_Open(t *testing.T) {
	ann, _ := pair(t)
	for _, who := range []sealed.Identities{nil, identities(t, ann)} {
		r, err := who.Open(bytes.NewReader(seal(t, "a")))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); string(got) != "a" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
	}
}

func TestParse_Refused(t *testing.T) {
	if _, err := sealed.ParseRecipients([]string{"age1nonsense"}); err == nil || !strings.Contains(err.Error(), "age1nonsense") {
		t.Errorf("a recipient that is none: %v", err)
	}
	_, err := sealed.ReadIdentities(strings.NewReader("AGE-SECRET-KEY-1NONSENSE"))
	if err == nil || strings.Contains(err.Error(), "NONSENSE") {
		t.Errorf("an identity that is none: %v", err)
	}
}

// A file is there whole, for its owner alone, and never in the place of another.
func TestNewFile(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "backup")
	failed := errors.New("no space left")
	err := sealed.Recipients(nil).NewFile(name, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, failed)
	})
	if left, _ := os.ReadDir(folder); !errors.Is(err, failed) || len(left) != 0 {
		t.Fatalf("after a fault: %v, %d files", err, len(left))
	}
	for _, want := range []error{nil, os.ErrExist} {
		err := sealed.Recipients(nil).NewFile(name, func(w io.Writer) error {
			_, err := io.WriteString(w, "whole")
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("NewFile = %v, want %v", err, want)
		}
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(folder); info.Mode().Perm() != 0o600 || info.Size() != 5 || len(left) != 1 {
		t.Errorf("the file has %v and %d bytes; %d files in the folder", info.Mode().Perm(), info.Size(), len(left))
	}
}

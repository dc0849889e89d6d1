package sealed

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// NewFile makes a file that was not there, whole or not at all: what fails, or is killed half-way, leaves
// none under its name. Only its owner may read it. The error wraps fs.ErrExist where there is one already.
func (r Recipients) NewFile(name string, content func(io.Writer) error) error {
	if _, err := os.Lstat(name); err == nil {
		return &os.PathError{Op: "create", Path: name, Err: os.ErrExist}
	}
	part, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	if err := errors.Join(r.fill(part, content), part.Close()); err != nil {
		return err
	}
	// A link, unlike a renaming, fails where somebody else was quicker.
	if err := os.Link(part.Name(), name); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(name))
}

func (r Recipients) fill(f *os.File, content func(io.Writer) error) error {
	w, err := r.Seal(f)
	if err != nil {
		return err
	}
	if err := content(w); err != nil {
		return err
	}
	return errors.Join(w.Close(), f.Sync())
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// Write puts the files of a folder, which nobody writes to meanwhile, into w, until ctx ends. A folder in it
// is an error: no engine makes one.
func Write(ctx context.Context, w io.Writer, folder fs.FS, m Manifest) error {
	m.Form = form
	out := writer{tar: tar.NewWriter(untilDone{ctx, w}), time: m.Time, digests: map[string]string{}}
	if err := out.json(manifestName, m); err != nil {
		return err
	}
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := out.file(folder, entry); err != nil {
			return err
		}
	}
	return errors.Join(out.json(digestsName, out.digests), out.tar.Close())
}

// untilDone writes until its context ends: one file of a store may take minutes.
type untilDone struct {
	ctx context.Context
	w   io.Writer
}

func (u untilDone) Write(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(b)
}

type writer struct {
	tar     *tar.Writer
	time    time.Time
	digests map[string]string
}

func (out *writer) header(name string, size int64) error {
	return out.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: out.time, Format: tar.FormatPAX})
}

func (out *writer) json(name string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := out.header(name, int64(len(content))); err != nil {
		return err
	}
	_, err = out.tar.Write(content)
	return err
}

func (out *writer) file(folder fs.FS, entry fs.DirEntry) error {
	if !entry.Type().IsRegular() {
		return fmt.Errorf("%s is not a file", entry.Name())
	}
	f, err := folder.Open(entry.Name())
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := out.header(filesFolder+entry.Name(), info.Size()); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(out.tar, sum), f); err != nil {
		return err
	}
	out.digests[entry.Name()] = hex.EncodeToString(sum.Sum(nil))
	return nil
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"hearken/internal/backup"
	"hearken/internal/config"
	"hearken/internal/store/embedded"
)

// Backup writes all of the configured store, which no server may have open then, to w. It changes nothing in
// the store and does not make one where there is none.
func Backup(ctx context.Context, c config.Config, d Deps, w io.Writer) (m backup.Manifest, err error) {
	d = d.withDefaults()
	err = withEngine(ctx, c, d, func(engine *embedded.Store) error {
		m = backup.Manifest{Engine: engine.Capabilities().Engine, Program: d.Version, Time: d.Now().UTC()}
		return backUp(ctx, engine, c.Data, &m, w)
	})
	return m, err
}

// backUp writes the store in the folder data, as of a moment between call and end, to w, and its audit head
// into m. Others go on reading and writing it; only one backUp of a store may run.
func backUp(ctx context.Context, engine *embedded.Store, data string, m *backup.Manifest, w io.Writer) error {
	head, err := engine.Audit().Head(ctx)
	if err != nil {
		return err
	}
	if !head.IsZero() {
		m.Head = string(head.Line())
	}
	// Beside the store, where files can be linked. What a killed backup left is in nobody's use: no other
	// process has the store open.
	folder := filepath.Clean(data) + ".backup"
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	files := filepath.Join(folder, "files")
	if err := engine.Checkpoint(files); err != nil {
		return err
	}
	return backup.Write(ctx, w, os.DirFS(files), *m)
}

// Restore makes the configured store out of a backup, whole or not at all, and marks it: what was written
// after the backup is missing. Where there is something already it is left as it is, with an error.
func Restore(ctx context.Context, c config.Config, d Deps, r io.Reader) (backup.Manifest, error) {
	if names, err := os.ReadDir(c.Data); err == nil && len(names) > 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
		return backup.Manifest{}, errors.Join(fmt.Errorf("data: there is something in %s already; it is left as it is", c.Data), err)
	}
	folder := filepath.Clean(c.Data) + ".restoring"
	if err := os.RemoveAll(folder); err != nil {
		return backup.Manifest{}, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return backup.Manifest{}, err
	}
	defer os.RemoveAll(folder)
	m, err := backup.Read(ctx, r, folder)
	if err != nil {
		return m, err
	}
	in := c
	in.Data = folder
	if err := withEngine(ctx, in, d, func(engine *embedded.Store) error { return engine.MarkRestored(m.Time) }); err != nil {
		return m, err
	}
	return m, os.Rename(folder, c.Data)
}

// AcknowledgeRestored says that somebody has seen to what is missing in the configured store since it was restored.
func AcknowledgeRestored(ctx context.Context, c config.Config, d Deps) error {
	return withEngine(ctx, c, d, func(engine *embedded.Store) error {
		if engine.Capabilities().MissingAfter.IsZero() {
			return errors.New("this store is not a restored one, or was acknowledged before")
		}
		return engine.AcknowledgeRestored()
	})
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hearken/internal/backup"
	"hearken/internal/config"
	"hearken/internal/sealed"
	"hearken/internal/store/embedded"
)

// backups keeps copies of a running server's store in a folder, each an encrypted file that is whole or not
// there, named by its time. The folder is what remembers when the last one was made, so that restarts neither
// put off the next nor make more.
type backups struct {
	folder     string
	recipients sealed.Recipients
	every      time.Duration
	keep       int
	program    string
	now        func() time.Time
}

// newBackups opens the folder that c names; nil for none.
func newBackups(c config.Config, d Deps) (*backups, error) {
	if c.BackupFolder == "" {
		return nil, nil
	}
	recipients, err := keepIn(c.BackupFolder, "backup-folder", c)
	if err != nil {
		return nil, err
	}
	return &backups{folder: c.BackupFolder, recipients: recipients, every: c.BackupEvery, keep: c.BackupKeep, program: d.Version, now: d.Now}, nil
}

// keepIn makes the folder that a setting names, and says for whom what is kept in it is encrypted.
func keepIn(folder, setting string, c config.Config) (sealed.Recipients, error) {
	recipients, err := sealed.ParseRecipients(c.AgeRecipients)
	if err != nil {
		return nil, fmt.Errorf("age-recipient: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return recipients, nil
}

const (
	backupPrefix, backupSuffix = "hearken-", ".age"
	backupTime                 = "20060102T150405.000Z"
)

// names are those of the backups that are there, the oldest first. Other files are nobody's business here.
func (b *backups) names() ([]string, error) {
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if _, is := backupMoment(e.Name()); is && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil // ReadDir sorts by name, and so by time
}

func backupMoment(name string) (time.Time, bool) {
	middle, begins := strings.CutPrefix(name, backupPrefix)
	middle, ends := strings.CutSuffix(middle, backupSuffix)
	at, err := time.Parse(backupTime, middle)
	return at, begins && ends && err == nil
}

// wait is how long until the next is due: no time when there is none, or when the newest is of a future that
// a clock invented.
func (b *backups) wait() (time.Duration, error) {
	names, err := b.names()
	if err != nil || len(names) == 0 {
		return 0, err
	}
	newest, _ := backupMoment(names[len(names)-1])
	left := newest.Add(b.every).Sub(b.now())
	if left > b.every {
		return 0, nil
	}
	return max(left, 0), nil
}

// make makes one, and then takes away the oldest beyond those to be kept: a failure never costs an older one.
func (b *backups) make(ctx context.Context, engine *embedded.Store, data string) (string, error) {
	m := backup.Manifest{Engine: engine.Capabilities().Engine, Program: b.program, Time: b.now().UTC()}
	name := filepath.Join(b.folder, backupPrefix+m.Time.Format(backupTime)+backupSuffix)
	err := b.recipients.NewFile(name, func(w io.Writer) error { return backUp(ctx, engine, data, &m, w) })
	if err != nil {
		return "", err
	}
	return name, b.thin()
}

func (b *backups) thin() error {
	names, err := b.names()
	if err != nil {
		return err
	}
	var faults []error
	for _, name := range names[:max(len(names)-b.keep, 0)] {
		if err := os.Remove(filepath.Join(b.folder, name)); !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// due makes one if it is time for it, and says how long until the next is. No name is none made.
func (b *backups) due(ctx context.Context, engine *embedded.Store, data string) (name string, next time.Duration, err error) {
	if next, err = b.wait(); err != nil || next > 0 {
		return "", next, err
	}
	name, err = b.make(ctx, engine, data)
	return name, b.every, err
}

// retryBackup is how long after a failure it is tried again, at most.
const retryBackup = 5 * time.Minute

// keepBackups makes backups when they are due, until ctx ends. What fails is said in the log and tried again;
// nothing else waits for it.
func (a *App) keepBackups(ctx context.Context) {
	engine, is := a.Store.(*embedded.Store)
	if a.backups == nil || !is {
		return
	}
	for {
		name, next, err := a.backups.due(ctx, engine, a.folder)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			a.log.Error("no backup could be made", slog.Any("error", err))
			next = min(a.backups.every, retryBackup)
		case name != "":
			a.log.Info("backup made", slog.String("file", name))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(next):
		}
	}
}

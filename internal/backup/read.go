package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"hearken/internal/sealed"
)

// maxWords is how long a manifest or the digests may be.
const maxWords = 64 << 20

// Read takes a backup out of r into a folder, which is there and empty, and makes the files durable. It has
// succeeded only when there is no error: the digests stand at the end. Errors wrap ErrDamaged and ErrNewer;
// else they are those of r and of the file system.
func Read(ctx context.Context, r io.Reader, folder string) (Manifest, error) {
	r = source{r}
	in := reader{tar: tar.NewReader(r), folder: folder, digests: map[string]string{}}
	m, err := in.manifest()
	if err != nil {
		return m, err
	}
	for {
		whole, err := in.entry()
		if err = errors.Join(err, ctx.Err()); err != nil {
			return m, err
		}
		if whole {
			break
		}
	}
	// What is sealed proves by its end that nothing of it is missing.
	if _, err := io.Copy(io.Discard, r); err != nil {
		return m, err
	}
	return m, sealed.SyncFolder(folder)
}

// source is where a backup comes from: what cannot be read of it is damage, other than a fault of the file
// system it goes to.
type source struct{ from io.Reader }

func (s source) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return n, err
}

type reader struct {
	tar     *tar.Reader
	folder  string
	digests map[string]string
}

func (in *reader) manifest() (Manifest, error) {
	h, err := in.tar.Next()
	if err != nil || h.Name != manifestName {
		return Manifest{}, errors.Join(ErrDamaged, err)
	}
	content, err := in.words()
	if err != nil {
		return Manifest{}, err
	}
	return readManifest(content)
}

func (in *reader) words() ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(in.tar, maxWords)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return b.Bytes(), nil
}

// entry takes one file out; whole is said after the last, when the digests of all are right.
func (in *reader) entry() (whole bool, err error) {
	h, err := in.tar.Next()
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if h.Name == digestsName {
		return true, in.compare()
	}
	name, ok := strings.CutPrefix(h.Name, filesFolder)
	if !ok || h.Typeflag != tar.TypeReg || name != filepath.Base(name) || !filepath.IsLocal(name) {
		return false, ErrDamaged
	}
	return false, in.file(name)
}

func (in *reader) file(name string) error {
	f, err := os.OpenFile(filepath.Join(in.folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), in.tar)
	in.digests[name] = hex.EncodeToString(sum.Sum(nil))
	return errors.Join(err, f.Sync(), f.Close())
}

func (in *reader) compare() error {
	content, err := in.words()
	if err != nil {
		return err
	}
	var want map[string]string
	if err := json.Unmarshal(content, &want); err != nil || !maps.Equal(want, in.digests) {
		return ErrDamaged
	}
	return nil
}

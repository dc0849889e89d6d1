package load

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Source is one file to load.
type Source struct {
	Path string
	Size int64 // bytes
}

// ndjson reports whether the file has one resource a line.
func (s Source) ndjson() bool { return strings.HasSuffix(s.Path, ".ndjson") }

// Find lists the .json, .xml and .ndjson files of paths: files as they are named, folders with all that is in
// them, each folder in the order of names. A file named outright must be of one of these kinds; in a folder
// others are passed over.
func Find(paths []string) ([]Source, error) {
	var found []Source
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			within, err := findIn(path)
			if err != nil {
				return nil, err
			}
			found = append(found, within...)
		case !loadable(path):
			return nil, fmt.Errorf("%s: neither .json nor .xml nor .ndjson", path)
		default:
			found = append(found, Source{path, info.Size()})
		}
	}
	return found, nil
}

func findIn(folder string) (found []Source, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !loadable(path) {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		found = append(found, Source{path, info.Size()})
		return nil
	})
	slices.SortFunc(found, func(a, b Source) int { return strings.Compare(a.Path, b.Path) })
	return found, err
}

func loadable(path string) bool {
	return strings.HasSuffix(path, ".json") || isXML(path) || strings.HasSuffix(path, ".ndjson")
}

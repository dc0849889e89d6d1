package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hearken/internal/fhirtest"
)

// bundles are the transaction Bundles an import posts: count of them, by number.
type bundles struct {
	count int
	body  func(i int) []byte // called concurrently
}

// someBundles is how many the floor is measured on.
const someBundles = 500

func (b bundles) some() [][]byte {
	bodies := make([][]byte, min(b.count, someBundles))
	for i := range bodies {
		bodies[i] = b.body(i)
	}
	return bodies
}

// bundlesFrom makes plans up, or reads files and folders.
func bundlesFrom(paths []string, generate int, seed uint64) (bundles, error) {
	if generate < 0 || generate > fhirtest.NHSNumbers {
		return bundles{}, fmt.Errorf("--generate %d: want at most %d, the NHS numbers there are", generate, fhirtest.NHSNumbers)
	}
	if generate > 0 {
		if len(paths) > 0 {
			return bundles{}, errors.New("import: want either --generate or files, not both")
		}
		return bundles{generate, func(i int) []byte { return fhirtest.AppendPlan(nil, seed, i) }}, nil
	}
	bodies, err := readBundles(paths)
	return bundles{len(bodies), func(i int) []byte { return bodies[i] }}, err
}

// readBundles reads the transaction Bundles among the files and below the folders, in the order of names.
// Other files of a folder are passed over; a file that was named must be one.
func readBundles(paths []string) ([][]byte, error) {
	if len(paths) == 0 {
		return nil, errors.New("import: name files or folders with transaction Bundles")
	}
	var bodies [][]byte
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".json") {
				return err
			}
			body, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if isTransaction(body) {
				bodies = append(bodies, body)
			} else if file == path {
				return fmt.Errorf("%s is no transaction Bundle", file)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(bodies) == 0 {
		return nil, fmt.Errorf("no transaction Bundle in %s", strings.Join(paths, ", "))
	}
	return bodies, nil
}

func isTransaction(body []byte) bool {
	var head struct{ ResourceType, Type string }
	return json.Unmarshal(body, &head) == nil && head.ResourceType == "Bundle" && head.Type == "transaction"
}

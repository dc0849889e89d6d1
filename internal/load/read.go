package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
)

// read puts the resources of all sources into items, for as long as ctx lasts.
func read(ctx context.Context, sources []Source, items chan<- item) error {
	for _, s := range sources {
		if err := readOne(ctx, s, items); err != nil {
			return err
		}
	}
	return nil
}

func readOne(ctx context.Context, s Source, items chan<- item) error {
	if s.ndjson() {
		return readLines(ctx, s, items)
	}
	text, err := os.ReadFile(s.Path)
	if err != nil {
		return err
	}
	return put(ctx, items, item{text, Fault{File: s.Path}, s.Size})
}

// readLines reads a file line by line, however long the lines are. Empty lines are passed over.
func readLines(ctx context.Context, s Source, items chan<- item) error {
	file, err := os.Open(s.Path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read from
	lines := bufio.NewReaderSize(file, 1<<20)
	for line := 1; ; line++ {
		text, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(bytes.TrimSpace(text)) > 0 {
			if err := put(ctx, items, item{text, Fault{File: s.Path, Line: line}, int64(len(text))}); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

func put(ctx context.Context, items chan<- item, i item) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case items <- i:
		return nil
	}
}

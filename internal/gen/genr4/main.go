// Command genr4 writes the tables of fhir/r4 from HL7's bundles: see internal/gen.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"log"
	"os"
	"path/filepath"

	"hearken/internal/gen"
)

func main() {
	log.SetFlags(0)
	from := flag.String("from", "../shared/data/r4core", "folder of the hl7.fhir.r4.core bundles")
	to := flag.String("to", "fhir/r4/tables", "folder the tables are written to")
	flag.Parse()
	files, err := gen.Tables(*from)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.MkdirAll(*to, 0o755); err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := write(filepath.Join(*to, name), text, gen.Compressed[name]); err != nil {
			log.Fatal(err)
		}
	}
}

// write writes a table. A compressed one that says the same already is left alone: another release of Go may compress
// the same text into other bytes.
func write(path, text string, compressed bool) error {
	if !compressed {
		return os.WriteFile(path, []byte(text), 0o644)
	}
	path += ".gz"
	if old, err := gen.ReadCompressed(path); err == nil && old == text {
		return nil
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

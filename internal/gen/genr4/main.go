// Command genr4 writes the tables of fhir/r4 from HL7's bundles: see internal/gen.
package main

import (
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
		if err := os.WriteFile(filepath.Join(*to, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

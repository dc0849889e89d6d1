// Package taken is what each package with mutants gets beside its own files, under its own name: which mutant
// the process is.
package taken

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

var (
	mutantNumber, _  = strconv.Atoi(os.Getenv("HEARKEN_MUTANT"))
	mutantsMatter, _ = os.OpenFile(os.Getenv("HEARKEN_MUTANTS_MATTER"), os.O_WRONLY|os.O_APPEND, 0)
	mutantsNoted     sync.Map
)

// mutantTaken reports whether the process is a mutant. It is asked only where that makes a difference, and
// notes that it was.
func mutantTaken(number int) bool {
	if mutantsMatter != nil {
		if _, noted := mutantsNoted.LoadOrStore(number, nil); !noted {
			_, _ = fmt.Fprintln(mutantsMatter, number)
		}
	}
	return number == mutantNumber
}

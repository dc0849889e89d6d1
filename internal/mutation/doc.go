// Package mutation holds no code, only a test: it takes the checks that decide who sees and writes what out
// of the code, one at a time, and holds the tests of those checks against what is left: one of them must
// fail. A check that is gone unnoticed is not tested, or not needed. Run it with
//
//	go test ./internal/mutation -v
//	HEARKEN_MUTANTS=guard go test ./internal/mutation -v -timeout 1h
//	HEARKEN_MUTANTS=internal/interaction/redact.go go test ./internal/mutation -v -timeout 1h
//
// The first is for the decision (internal/access), in seconds; the second for the guard, too, in minutes; the
// third for files of one's choice. One file, one function or one check are taken with -run
// TestMutants/taken/guard.go/view, and HEARKEN_MUTANTS_TESTS=TestGuard_Hint holds some tests alone against
// them: for who writes one.
//
// A check is the condition of an if, a case of a switch without a tag, and each operand of && and ||,
// wherever it stands. Taken out, an if and a case are never so, an operand of && asks for nothing, and one of
// || adds nothing. `if err != nil` passes the error of something else on, and is none.
//
// All mutants are compiled at once: each check also asks which mutant the process is, by its environment, and
// only where that decides (testdata/taken.go). So each test is run once by itself with every check in its
// place, and it is noted what it costs and which mutants would have decided something otherwise in it: to no
// other can it make a difference. A mutant is then held against those tests alone, the cheapest first, until
// one fails. One that no test comes to is told at once, and one that goes on for ever is ended and counts as
// noticed, as hung. The tree is left as it is.
//
// testdata/spared.tsv says of checks whose absence no test can notice why they stay: file, function, check
// and reason, by tabs. A row for one that a test notices, of the dozen cheapest, or that is not there, is an
// error.
package mutation

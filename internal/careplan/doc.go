// Package careplan is the domain: what an urgent care plan is, and what may be
// relied on when it is opened. It is pure: no I/O, and the clock is a
// parameter.
package careplan

// Package mutant makes slightly wrong resources out of right ones, for tests that hold one validator against
// another. Each mutant differs from its source at one place and in one way; the rest is the source, byte for
// byte. Most are invalid and some are not: what they are is for the validators to say.
package mutant

// Package bundle finds what the references in a Bundle mean (https://hl7.org/fhir/R4/bundle.html#references).
// The specification gives one rule for it, and so there is one here (FullURL): invariants (resolve()), the
// targets of references and the rules of documents and messages ask it by an Index, transactions for what
// they rewrite.
package bundle

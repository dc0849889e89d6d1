// Package backup puts the files of a store into one stream, and takes them out again: a tar with the Manifest
// first, then the files, then their digests. Who may read it is said by package sealed. What the files mean
// is the engine's.
package backup

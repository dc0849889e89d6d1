// Package embedded is Hearken's default engine: an inverted index in a log-structured store (Pebble), in one
// directory, with one writer at a time and any number of readers on published snapshots.
//
// The layout on disk is in FORMAT.md, with a worked example that a test checks. In one breath: identity (I)
// gives a resource's document number; versions (V) hold bodies; the forward record (F) holds all that is
// indexed of the current version, so that the difference between two forward records is what the index must
// change; postings (P, O, S, E, K) lead from values to documents, names (N) in their order to the postings of
// tokens and references; the log (L, H) says what changed when; the undo family (X) gives back the state as
// of an earlier commit while page cursors to it live.
//
// A write: fn runs under the commit lock on the tip, the batch is applied to the log and the memtable, a snapshot is
// taken, the lock is released, the log is synced together with whatever else is in flight, and only then is the
// snapshot published to readers and the writer answered. The batch has no postings: what was written is fresh until the
// indexer brings the index up to it, in one sorted run of many documents (fresh.go, indexer.go), whose postings of one
// value are packed under one key (pack.go).
//
// A search: each conjunct is first tried as a short list of documents; the shortest is probed against the
// forward records. When all are long they become bitmaps. Fresh documents are judged by their forward
// records. A page after the first is evaluated as of the first page's commit: the index is read as it is now,
// documents that changed since are taken out and put back as they were.
package embedded

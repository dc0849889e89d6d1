// Package audit is who looked at what, who wrote what and who was refused: the Record of one act, the Log
// that engines keep Records in, and how Records are shown (as AuditEvents of IHE's Basic Audit Log Patterns,
// and in plain words to the person whose record it is). It does no I/O, and knows neither stores nor HTTP.
//
// What is promised:
//
//   - One act of a person or client is one Record: who, when, what was asked for, how it ended, the versions that were
//     shown or written, and the patients whose record they are part of. A batch or transaction is one act.
//   - Nothing is answered before its Record is durable. A write and its Record are one commit: neither exists without
//     the other. What cannot be recorded is not shown (503, details not-recorded).
//   - No names, no free text and no identifiers: an NHS number that was searched for is kept as a digest keyed by the
//     store's secret, so that "who looked for this number" can be answered and the number cannot be read.
//   - Records are never changed. They form hash chains: see chain.go for what that proves, and what it cannot
//     prove without a Head that was kept elsewhere.
//
// Records live apart from resources, so that no search, history, include, chain or compartment can come upon them.
package audit

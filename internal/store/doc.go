// Package store is the contract between Hearken and where it keeps resources. The embedded engine
// (internal/store/embedded) and MongoDB (internal/store/mongo) implement it; internal/store/storetest is its
// definition in tests. It knows resources as bytes with an index, never as FHIR content.
//
// What the contract promises, for every engine:
//
//   - What a View sees is one published, durable state. Nothing is visible to any reader before it is durable,
//     and what Update has answered without error is durable and visible to every later View (read your writes).
//   - Inside Update every key read by Get is version-checked at commit: if another commit changed it, fn runs again.
//     Uniqueness is guarded by Claim only; Search inside an Update sees the transaction's own writes and otherwise
//     a state no older than the start of fn, but is not re-checked.
//   - fn may run more than once and must have no side effects but through Tx. After an error from fn nothing is stored.
//   - versionId counts up by one from 1 for each Put of a key, deletions included. lastUpdated never runs
//     backwards: it is max(now, the resource's last, the previous commit's), to the millisecond.
//   - Errors are the sentinels below, matched with errors.Is, or *fhir.Error, or foreign (a fault of the server).
package store

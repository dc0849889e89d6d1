// Package sealed makes files that only those can read whom they are meant for: backups and heads of the audit
// log, which lie where the store's own volume does not protect them. The form is that of age
// (https://age-encryption.org/v1), so that its tools read them too. It says who may read a file, and not who
// wrote it: anybody who knows a public key can make one.
package sealed

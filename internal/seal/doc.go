// Package seal encrypts what leaves the server's machine, backups and heads of the audit log, for the holders of keys that are not there: age
// (https://age-encryption.org/v1), which any age tool reads. What was cut short or changed is told from what is whole.
package seal

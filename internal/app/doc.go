// Package app puts the server together: store, definitions, search, validation, interactions and the wire, as the
// configuration asks. The command and the end-to-end tests start the same App.
package app

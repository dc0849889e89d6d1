// Package config is the server's settings: one table says of each its name, form, default and help. A setting
// --max-body of the command line is also the environment variable HEARKEN_MAX_BODY and the key "max-body" of a
// JSON file; the command line wins over the environment, that over the file, and that over the default.
package config

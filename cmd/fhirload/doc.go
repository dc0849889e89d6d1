// Command fhirload puts load on any FHIR server, by its URL, and says how fast it answered
// beside the fastest the same machine could have:
//
//	fhirload read   --base http://127.0.0.1:8080/fhir --with-floor
//	fhirload search --base http://127.0.0.1:8080/fhir --with-floor --clients 32
//	fhirload create --base http://127.0.0.1:8080/fhir --with-floor --clients 8
//	fhirload import --base http://127.0.0.1:8080/fhir --with-floor --server-pid 4711 FOLDER…
//	fhirload import --base http://127.0.0.1:8080/fhir --generate 1000
//	fhirload floor  --listen 127.0.0.1:9090 --body FILE
//
// The floors: for read and search a bare net/http server that writes the same bytes; for create
// Pebble putting the same bytes durably, from as many clients; for import the CPU time
// encoding/json takes to decode the same bytes into a map.
//
// It stops by itself, after --duration or --requests, whichever comes first, and talks to the
// loopback interface only unless --allow-remote says otherwise.
package main

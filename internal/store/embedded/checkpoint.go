package embedded

import "github.com/cockroachdb/pebble/v2"

// Checkpoint makes a folder, which must not be there, with the files of the store as of a moment between the
// call and its end: all that was answered before is in it. On the same volume the files are links, which take
// no space as long as the store keeps them. Other calls go on.
func (s *Store) Checkpoint(folder string) error {
	if err := s.calls.begin(); err != nil {
		return err
	}
	defer s.calls.end()
	return s.db.Checkpoint(folder, pebble.WithFlushedWAL())
}

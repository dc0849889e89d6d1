package embedded

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// getValue is a copy of the value of key.
func getValue(kv pebble.Reader, key []byte) (value []byte, found bool, err error) {
	shown, closer, err := kv.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	value = append([]byte(nil), shown...)
	return value, true, closer.Close()
}

// scan calls visit for every key that begins with prefix, in order. The slices are dead when visit returns.
func scan(kv pebble.Reader, prefix []byte, visit func(key, value []byte) error) error {
	return scanRange(kv, prefix, after(prefix), visit)
}

func scanRange(kv pebble.Reader, lower, upper []byte, visit func(key, value []byte) error) error {
	it, err := kv.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return err
	}
	for valid := it.First(); valid; valid = it.Next() {
		value, err := it.ValueAndErr()
		if err == nil {
			err = visit(it.Key(), value)
		}
		if err != nil {
			return errors.Join(err, it.Close())
		}
	}
	return it.Close()
}

// firstKey is a copy of the first key that begins with prefix.
func firstKey(kv pebble.Reader, prefix []byte) (key []byte, found bool, err error) {
	err = scan(kv, prefix, func(k, _ []byte) error {
		key, found = append([]byte(nil), k...), true
		return errStop
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return key, found, err
}

// errStop ends a scan early.
var errStop = errors.New("stop")

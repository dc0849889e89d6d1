package embedded

import (
	"container/list"
	"errors"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/internal/store"
)

// maxRecent is how many index changes are remembered, so that a bitmap read from a snapshot can be brought up to date.
const maxRecent = 1 << 16

// maxPending is how many changes a kept bitmap may have that were not yet worked in.
const maxPending = 1 << 14

// bitmapCache keeps the large posting lists as bitmaps, each with the changes since it was read, so that
// it serves every state from then on. The least recently used go when the bytes exceed the limit.
type bitmapCache struct {
	mu      sync.Mutex
	limit   int64
	least   uint64 // documents above which a bitmap is worth keeping
	size    int64
	entries map[string]*list.Element
	used    list.List       // of *keptBitmap, most recent first
	recent  []commitChanges // oldest first
	since   store.Commit    // all changes after it are in recent
	noted   int             // commits and changes in recent
}

// indexChange is one posting added or taken away.
type indexChange struct {
	posting
	add bool
}

// commitChanges is the changes that brought the index up to one commit.
type commitChanges struct {
	commit  store.Commit
	changes []indexChange
}

type keptBitmap struct {
	prefix  string
	bitmap  *roaring.Bitmap // never changed, but replaced
	commit  store.Commit    // the state bitmap is of
	changes []bitmapChange  // later ones, oldest first
	bytes   int64
}

type bitmapChange struct {
	commit store.Commit
	key    []byte
	add    bool
}

func newBitmapCache(limit int64, least uint64) *bitmapCache {
	return &bitmapCache{limit: limit, least: least, entries: map[string]*list.Element{}}
}

// keptPrefixes are the lengths of the prefixes of a posting for which bitmaps are kept, 0 for none: postings of one
// value, and the documents that have any value (or any to sort by) of a parameter, each by one posting.
func keptPrefixes(p posting) (first, second int) {
	key := p.key
	if len(key) == 0 {
		return 0, 0
	}
	switch key[0] {
	case familyCompartment:
		return len(key) - 4, 0
	case familyEquality, familyReference:
		if p.apart {
			return len(key) - 4, 0
		}
		return len(key) - 4, parameterLength
	case familySort:
		if key[4] != descending {
			return 5, 6
		}
	}
	return 0, 0
}

// parameterLength is how long what parameterPrefix gives is.
const parameterLength = 1 + 1 + 2

// start sets the newest commit of a store just opened.
func (c *bitmapCache) start(tip store.Commit) {
	c.since = tip
}

// record notes what brought the index up to a commit.
func (c *bitmapCache) record(commit store.Commit, run *indexRun) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) == 0 && len(run.items) > maxRecent {
		c.recent, c.noted, c.since = nil, 0, commit // nothing to change, and too much to remember
		return
	}
	changes := run.changes()
	c.recent = append(c.recent, commitChanges{commit, changes})
	c.noted += 1 + len(changes)
	if len(c.entries) > 0 {
		eachChange(commit, changes, c.note)
	}
	for c.noted > maxRecent {
		oldest := c.recent[0]
		c.recent[0].changes = nil // append may leave the array as it is for long
		c.recent, c.noted, c.since = c.recent[1:], c.noted-1-len(oldest.changes), oldest.commit
	}
}

// eachChange calls visit with the changes of a commit that count for bitmaps. Deletions come before additions: a
// document whose sort value changed still has one.
func eachChange(commit store.Commit, changes []indexChange, visit func(bitmapChange, int, int)) {
	for _, add := range []bool{false, true} {
		for _, change := range changes {
			if change.add != add {
				continue
			}
			if first, second := keptPrefixes(change.posting); first > 0 {
				visit(bitmapChange{commit, change.key, add}, first, second)
			}
		}
	}
}

// note adds a change to the bitmaps of its prefixes.
func (c *bitmapCache) note(change bitmapChange, first, second int) {
	for _, n := range [2]int{first, second} {
		if element := c.entries[string(change.key[:n])]; element != nil && n > 0 {
			kept := element.Value.(*keptBitmap)
			kept.changes = append(kept.changes, change)
			if len(kept.changes) > maxPending {
				c.evict(element) // nobody has asked for it in a long time
			}
		}
	}
}

// get is the bitmap of a prefix as of a commit, if it is kept and goes back that far.
func (c *bitmapCache) get(prefix []byte, commit store.Commit) *roaring.Bitmap {
	c.mu.Lock()
	defer c.mu.Unlock()
	element := c.entries[string(prefix)]
	if element == nil {
		return nil
	}
	kept := element.Value.(*keptBitmap)
	if commit < kept.commit {
		return nil
	}
	c.used.MoveToFront(element)
	if n := kept.upTo(commit); n > 0 {
		kept.bitmap = applyChanges(kept.bitmap, kept.changes[:n])
		kept.changes = append([]bitmapChange(nil), kept.changes[n:]...)
		kept.commit = commit
	}
	return kept.bitmap
}

func (k *keptBitmap) upTo(commit store.Commit) int {
	n := 0
	for n < len(k.changes) && k.changes[n].commit <= commit {
		n++
	}
	return n
}

func applyChanges(bitmap *roaring.Bitmap, changes []bitmapChange) *roaring.Bitmap {
	bitmap = bitmap.Clone()
	for _, change := range changes {
		d := uint32(lastDocument(change.key))
		if change.add {
			bitmap.Add(d)
		} else {
			bitmap.Remove(d)
		}
	}
	return bitmap
}

// put keeps a bitmap that was read from the state of a commit, if the changes since are still known.
func (c *bitmapCache) put(prefix []byte, commit store.Commit, bitmap *roaring.Bitmap) {
	if bitmap.GetCardinality() <= c.least {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[string(prefix)] != nil || !c.knowsSince(commit) {
		return
	}
	kept := &keptBitmap{prefix: string(prefix), bitmap: bitmap, commit: commit, bytes: int64(bitmap.GetSizeInBytes()) + 256}
	for _, recent := range c.recent {
		if recent.commit <= commit {
			continue
		}
		eachChange(recent.commit, recent.changes, func(change bitmapChange, first, second int) {
			if hasPrefixOf(change.key, first, prefix) || hasPrefixOf(change.key, second, prefix) {
				kept.changes = append(kept.changes, change)
			}
		})
	}
	c.entries[kept.prefix] = c.used.PushFront(kept)
	c.size += kept.bytes
	for c.size > c.limit && c.used.Len() > 0 {
		c.evict(c.used.Back())
	}
}

func hasPrefixOf(key []byte, n int, prefix []byte) bool {
	return n == len(prefix) && n > 0 && string(key[:n]) == string(prefix)
}

// knowsSince reports whether all changes after a commit are remembered.
func (c *bitmapCache) knowsSince(commit store.Commit) bool {
	return commit >= c.since
}

func (c *bitmapCache) evict(element *list.Element) {
	kept := c.used.Remove(element).(*keptBitmap)
	delete(c.entries, kept.prefix)
	c.size -= kept.bytes
}

// bitmap is the documents at the end of all keys with a prefix. It must not be changed.
func (r *reader) bitmap(prefix []byte) (*roaring.Bitmap, error) {
	kept := prefix[0] != familyOrdered // the ranges of O are too many to note changes of
	if kept {
		if bitmap := r.store.bitmaps.get(prefix, r.fresh.mark.commit); bitmap != nil {
			return bitmap, nil
		}
	}
	bitmap, err := r.readBitmap(prefix)
	if err == nil && kept {
		r.store.bitmaps.put(prefix, r.fresh.mark.commit, bitmap)
	}
	return bitmap, err
}

// readBitmap collects the documents of all keys with a prefix; of all of a parameter in P or E, those that
// are not apart.
func (r *reader) readBitmap(prefix []byte) (*roaring.Bitmap, error) {
	c := collector{bitmap: roaring.New()}
	visit := func(key []byte) bool {
		c.add(lastDocument(key))
		return true
	}
	if len(prefix) > parameterLength || prefix[0] != familyEquality && prefix[0] != familyReference {
		err := r.walkPrefix(prefix, visit)
		return c.done(), err
	}
	err := r.walkSorting(prefix, visit)
	return c.done(), err
}

// walkSorting is walkPrefix without the postings that are apart.
func (r *reader) walkSorting(prefix []byte, visit func(key []byte) bool) error {
	it, err := r.iterator(prefix, after(prefix))
	if err != nil {
		return err
	}
	steps := 0
	for valid := it.First(); valid; valid = it.Next() {
		if steps++; steps%4096 == 0 && r.ctx.Err() != nil {
			return errors.Join(r.ctx.Err(), r.done(it))
		}
		if len(it.Value()) == 0 && !visit(it.Key()) {
			break
		}
	}
	return r.done(it)
}

// collector fills a bitmap many documents at a time.
type collector struct {
	bitmap *roaring.Bitmap
	buffer []uint32
}

func (c *collector) add(d document) {
	c.buffer = append(c.buffer, uint32(d))
	if len(c.buffer) >= 4096 {
		c.flush()
	}
}

func (c *collector) flush() {
	c.bitmap.AddMany(c.buffer)
	c.buffer = c.buffer[:0]
}

func (c *collector) done() *roaring.Bitmap {
	c.flush()
	return c.bitmap
}

package embedded

import (
	"maps"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/internal/store"
)

// The index is behind what is stored. What has changed since the commit it is of is fresh: a search leaves
// aside what the index says of a fresh document and judges it by its forward record, as it does those that
// changed since the first of its pages. The indexer brings the index up to a commit in one sorted run, and
// what was fresh up to there is so no longer. See FORMAT.md.

// freshEntry is one change to what is indexed of a document.
type freshEntry struct {
	commit  store.Commit
	t       typeNumber
	d       document
	existed bool    // it had a forward record before: in the undo record of the commit, or else in the due record
	due     bool    // in the due record
	keys    keyList // all postings and names that it has from then on; none when it is deleted
}

// freshLog is the changes in the order they were made. It is the writer's, who holds the lock; readers have views.
type freshLog struct {
	mark        indexedMark
	chunks      []*freshChunk
	first, last int // the numbers of the changes it holds, the last not included
	keys        int // of these changes, and one more each
	types       freshTypes
}

// add appends a change.
func (l *freshLog) add(e freshEntry) {
	if l.last%freshChunkSize == 0 {
		l.chunks = append(l.chunks, &freshChunk{start: l.last})
	}
	l.chunks[len(l.chunks)-1].entries[l.last%freshChunkSize] = e
	l.last++
	l.keys += e.weight()
}

// weight is how much a change counts.
func (e *freshEntry) weight() int { return e.keys.len() + 1 }

// trim forgets the changes before a number: the index is of a commit that has them.
func (l *freshLog) trim(first int, mark indexedMark) {
	for _, c := range l.chunks {
		for i := max(l.first-c.start, 0); i < min(first-c.start, freshChunkSize); i++ {
			l.keys -= c.entries[i].weight()
		}
	}
	l.first, l.mark = first, mark
	n := 0
	for n < len(l.chunks) && l.chunks[n].start+freshChunkSize <= first {
		n++
	}
	l.chunks = slices.Clone(l.chunks[n:]) // nobody else may keep what was before
}

// view is the changes as they are now. It stays as it is.
func (l *freshLog) view() *freshView {
	return &freshView{mark: l.mark, chunks: l.chunks[:len(l.chunks):len(l.chunks)], first: l.first, last: l.last, keys: l.keys, known: &l.types}
}

// freshView is the changes of one state since the commit of its index.
type freshView struct {
	mark        indexedMark
	chunks      []*freshChunk
	first, last int
	keys        int
	known       *freshTypes
	once        sync.Once
	types       map[typeNumber]freshDocuments
}

// freshDocuments is the fresh documents of a type.
type freshDocuments struct {
	changed *roaring.Bitmap
	live    *roaring.Bitmap // those of them that are not deleted
}

func (v *freshView) len() int { return v.last - v.first }

// entries calls visit with the changes from a number on.
func (v *freshView) entries(from int, visit func(*freshEntry)) {
	for _, c := range v.chunks {
		for i := max(from-c.start, 0); i < min(v.last-c.start, freshChunkSize); i++ {
			visit(&c.entries[i])
		}
	}
}

// of is the fresh documents of a type; they must not be changed.
func (v *freshView) of(t typeNumber) freshDocuments {
	if v.last == v.first {
		return freshDocuments{}
	}
	v.once.Do(func() { v.types = v.known.of(v) })
	return v.types[t]
}

// find calls visit with the changes after which a document of a type has a posting, or a name, in [lower,
// upper). It may have lost it since.
func (v *freshView) find(t typeNumber, lower, upper []byte, visit func(*freshEntry)) {
	for _, c := range v.chunks {
		c.find(t, v.first-c.start, v.last-c.start, lower, upper, visit)
	}
}

// freshTypes is the fresh documents of the newest view they were asked of: those of the next are mostly a few more.
type freshTypes struct {
	mu          sync.Mutex
	first, last int
	types       map[typeNumber]freshDocuments
}

func (k *freshTypes) of(v *freshView) map[typeNumber]freshDocuments {
	k.mu.Lock()
	defer k.mu.Unlock()
	types, from := map[typeNumber]freshDocuments{}, v.first
	if k.types != nil && k.first == v.first && k.last <= v.last {
		types, from = maps.Clone(k.types), max(k.last, v.first)
	}
	own := map[typeNumber]bool{}
	v.entries(from, func(e *freshEntry) {
		of := types[e.t]
		if !own[e.t] {
			own[e.t], of = true, of.clone()
			types[e.t] = of
		}
		of.changed.Add(uint32(e.d))
		if e.keys.len() > 0 {
			of.live.Add(uint32(e.d))
		} else {
			of.live.Remove(uint32(e.d))
		}
	})
	if v.first > k.first || v.last > k.last {
		k.first, k.last, k.types = v.first, v.last, types
	}
	return types
}

func (of freshDocuments) clone() freshDocuments {
	if of.changed == nil {
		return freshDocuments{roaring.New(), roaring.New()}
	}
	return freshDocuments{of.changed.Clone(), of.live.Clone()}
}

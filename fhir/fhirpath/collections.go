package fhirpath

// Operators in and contains (http://hl7.org/fhirpath/N1/#collections).

// membership is item in collection.
type membership struct {
	item, collection operand
	at               int
}

func compileMembership(s *syntax, item, collection part) part {
	uses := keepAll(&item, &collection)
	return part{boolean{membership{item.operand, collection.operand, s.at}}, ofKind(Boolean, uses)}
}

func (m membership) decide(env *Env) (truth, error) {
	i, err := single(env, m.item, m.at)
	if err != nil || i.kind == 0 {
		return isEmpty, err
	}
	var found bool
	switch collection := m.collection.(type) {
	case *kept:
		index, err := membersOf(env, collection)
		if err != nil {
			return isEmpty, err
		}
		found, err = index.has(env, i, m.at)
		return truthOf(found), err
	case constant:
		found, err = equalsAny(env, i, collection, m.at)
		return truthOf(found), err
	}
	base := len(env.stack)
	if err = m.collection.collect(env, 0); err == nil {
		found, err = equalsAny(env, i, env.stack[base:], m.at)
	}
	env.stack = env.stack[:base]
	return truthOf(found), err
}

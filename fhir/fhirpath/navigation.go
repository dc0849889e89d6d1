package fhirpath

// Functions of http://hl7.org/fhirpath/N1/#tree-navigation. The order of what they give means nothing.

func compileChildren(_ *compiler, s *syntax, source part) (part, *Error) {
	return navigate(stepChildren, s, source)
}

func compileDescendants(_ *compiler, s *syntax, source part) (part, *Error) {
	return navigate(stepDescendants, s, source)
}

func navigate(kind stepKind, s *syntax, source part) (part, *Error) {
	result := shape{unordered: true, uses: source.uses}
	return part{extend(source.operand, step{kind: kind, at: s.at}, s.at), result}, nil
}

package fhirpath

// Operators is and as, and the functions of the same names
// (http://hl7.org/fhirpath/N1/#types).

// typeOperation compiles left is T and left as T.
func (c *compiler) typeOperation(s *syntax) (part, *Error) {
	source, err := c.compile(s.left)
	if err != nil {
		return part{}, err
	}
	if s.name == "is" {
		return c.isOfType(source, s.right, s.at)
	}
	return c.asType(source, s.right, s.at)
}

func compileIs(c *compiler, s *syntax, source part) (part, *Error) {
	return c.isOfType(source, s.args[0], s.at)
}

func compileAs(c *compiler, s *syntax, source part) (part, *Error) {
	return c.asType(source, s.args[0], s.at)
}

func (c *compiler) isOfType(source part, name *syntax, at int) (part, *Error) {
	t, err := c.typeFilter(name, false)
	if err != nil {
		return part{}, err
	}
	test := typeTest{source.operand, t, c.ofNothing(), at}
	return constantFolded(part{boolean{test}, ofKind(Boolean, source.uses)}), nil
}

// ofNothing is what a test gives without an item: empty by the current rules, false in R4's expressions.
func (c *compiler) ofNothing() truth {
	if c.normative {
		return isEmpty
	}
	return isFalse
}

// typeTest is left is T; with several items it is an error.
type typeTest struct {
	source  operand
	filter  *typeFilter
	without truth // of no item
	at      int
}

func (t typeTest) decide(env *Env) (truth, error) {
	i, err := single(env, t.source, t.at)
	if err != nil || i.kind == 0 {
		return t.without, err
	}
	return truthOf(t.filter.matches(i)), nil
}

// asType keeps the items of a type. Of several items the current rules make an error; R4's
// expressions mean those that are of the type.
func (c *compiler) asType(source part, name *syntax, at int) (part, *Error) {
	t, err := c.typeFilter(name, true)
	if err != nil {
		return part{}, err
	}
	if c.normative && !source.single {
		source.operand = only{source.operand, at}
		source.single = true
	}
	return c.cast(source, t, at)
}

// cast adds a type filter to a path.
func (c *compiler) cast(source part, t *typeFilter, at int) (part, *Error) {
	return part{extend(source.operand, step{kind: stepType, filter: t, at: at}, at), source.shape.cast(t)}, nil
}

// compileType is type(): the qualified name of each item's type.
func compileType(_ *compiler, s *syntax, source part) (part, *Error) {
	call := &scalarCall{name: s.name, at: s.at, source: source.operand, run: typeInfo}
	return part{call, ofKind(TypeInfo, source.uses)}, nil
}

func typeInfo(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return Item{kind: TypeInfo, text: in.Type()}, nil
}

// typeInfoPart is .namespace or .name of a type.
func (i Item) typeInfoPart(name string) Item {
	for at := range i.text {
		if i.text[at] == '.' {
			switch name {
			case "namespace":
				return OfString(i.text[:at])
			case "name":
				return OfString(i.text[at+1:])
			}
		}
	}
	return Item{}
}

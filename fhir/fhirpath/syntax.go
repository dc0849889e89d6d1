package fhirpath

import "strings"

// syntax is a node of the parse tree.
type syntax struct {
	form   form
	at     int       // byte offset in the expression
	name   string    // of a name, call, variable or operator; the type of is/as
	quoted bool      // the name was delimited, so it is no keyword
	value  Item      // of a literal
	left   *syntax   // source of an invocation, operand of an operator; nil when there is none
	right  *syntax   // second operand, index
	args   []*syntax // of a call
}

type form uint8

const (
	formLiteral  form = iota + 1
	formEmpty         // {}
	formName          // left.name
	formCall          // left.name(args)
	formThis          // $this, $index, $total
	formVariable      // %name
	formIndex         // left[right]
	formPolarity      // -left, +left
	formBinary        // left name right
	formType          // left is name, left as name
)

// String writes the tree as an expression without comments, with names in backticks and only the
// parentheses that are needed: it reads back as the same tree.
func (s *syntax) String() string {
	var out strings.Builder
	s.write(&out, 0)
	return out.String()
}

// How tightly signs and invocations bind, above all binary operators.
const (
	bindingSign       = 11
	bindingInvocation = 12
)

// write writes the tree where only what binds tighter than above needs no parentheses.
func (s *syntax) write(out *strings.Builder, above int) {
	if s.binding() <= above {
		out.WriteByte('(')
		defer out.WriteByte(')')
		above = 0
	}
	switch s.form {
	case formLiteral:
		out.WriteString(s.value.literal())
	case formEmpty:
		out.WriteString("{}")
	case formThis:
		out.WriteString(s.name)
	case formVariable:
		out.WriteString("%" + quote(s.name, '`'))
	case formName, formCall:
		s.writeInvocation(out)
	case formIndex:
		s.left.write(out, bindingInvocation-1)
		out.WriteByte('[')
		s.right.write(out, 0)
		out.WriteByte(']')
	case formPolarity:
		out.WriteString(s.name)
		s.left.write(out, bindingSign-1)
	default:
		s.left.write(out, s.binding()-1)
		out.WriteString(" " + s.name + " ")
		s.right.write(out, s.binding())
	}
}

func (s *syntax) binding() int {
	switch s.form {
	case formBinary, formType:
		return precedence[s.name]
	case formPolarity:
		return bindingSign
	}
	return bindingInvocation
}

func (s *syntax) writeInvocation(out *strings.Builder) {
	if s.left != nil {
		s.left.write(out, bindingInvocation-1)
		out.WriteByte('.')
	}
	out.WriteString(quote(s.name, '`'))
	if s.form == formName {
		return
	}
	out.WriteByte('(')
	for i, arg := range s.args {
		if i > 0 {
			out.WriteString(", ")
		}
		arg.write(out, 0)
	}
	out.WriteByte(')')
}

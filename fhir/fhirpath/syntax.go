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

// String writes the tree as an expression with every operation in parentheses.
func (s *syntax) String() string {
	var out strings.Builder
	s.write(&out)
	return out.String()
}

func (s *syntax) write(out *strings.Builder) {
	switch s.form {
	case formLiteral:
		out.WriteString(s.value.literal())
	case formEmpty:
		out.WriteString("{}")
	case formThis:
		out.WriteString(s.name)
	case formVariable:
		out.WriteByte('%')
		out.WriteString(quote(s.name, '`'))
	case formName, formCall:
		s.writeInvocation(out)
	case formIndex:
		s.left.write(out)
		out.WriteByte('[')
		s.right.write(out)
		out.WriteByte(']')
	case formPolarity:
		out.WriteString("(" + s.name)
		s.left.write(out)
		out.WriteByte(')')
	default:
		s.writeOperation(out)
	}
}

func (s *syntax) writeInvocation(out *strings.Builder) {
	if s.left != nil {
		s.left.write(out)
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
		arg.write(out)
	}
	out.WriteByte(')')
}

func (s *syntax) writeOperation(out *strings.Builder) {
	out.WriteByte('(')
	s.left.write(out)
	if s.form == formType {
		out.WriteString(" " + s.name + " ")
	} else {
		out.WriteString(" " + s.name + " ")
	}
	s.right.write(out)
	out.WriteByte(')')
}

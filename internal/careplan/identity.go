package careplan

import (
	"strings"

	"hearken/fhir/element"
	"hearken/internal/access"
)

// Identity reads who a Patient or Practitioner is.
func Identity(n element.Node) (who access.Identity) {
	who.BirthDate = n.Child("birthDate").Text()
	for child := range n.Children() {
		switch child.Name() {
		case "identifier":
			if child.Child("system").Text() == NHSNumberSystem {
				who.NHSNumber = child.Child("value").Text()
			}
		case "name":
			family, full := child.Child("family").Text(), texts(child, "given")
			if family != "" {
				who.Families = append(who.Families, family)
				who.FullNames = append(who.FullNames, full+" "+family)
			}
		case "address":
			if line := texts(child, "line"); line != "" {
				who.Addresses = append(who.Addresses, line+" "+child.Child("postalCode").Text())
			}
		}
	}
	return who
}

// Named adds a name as one text, such as a staff list has it, to who somebody is.
func Named(who *access.Identity, name string) {
	if words := strings.Fields(name); len(words) > 1 {
		who.FullNames = append(who.FullNames, name)
		who.Families = append(who.Families, words[len(words)-1])
	}
}

func texts(n element.Node, name string) string {
	var all []string
	for child := range n.Children() {
		if child.Name() == name && child.Text() != "" {
			all = append(all, child.Text())
		}
	}
	return strings.Join(all, " ")
}

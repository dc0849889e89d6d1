// Package access decides who may see what. It is pure: facts come in, a decision goes out, and the same facts always
// give the same decision. Everything is denied that no rule allows.
//
// # Labels
//
// Whether somebody sees a resource must be decided inside the search, before sort, total and page, and without a join.
// So what is known of a patient (Record) is turned into a few tokens, the Label, which stand in the index of every resource of
// the patient's compartment as the hidden parameter query.AccessCode; and what is known of a caller (Caller) is turned
// into the tokens they may see (Decision.Sees). A resource is visible when it has one of them, which is a conjunct of an ordinary
// query (Decision.Visible). When a fact about a patient changes, the labels of their compartment are written anew, in the
// same commit, without new versions.
//
// The tokens, by system:
//
//	public            what any logged-in caller may read: definitions
//	directory         professionals, organisations, places, products
//	org|ODS           an organisation with a relationship to the patient: author, practice, residence
//	urgent            a published plan, for urgent care
//	contact|ID        the patient of a dispatch or an urgent-care contact
//	self|ID           the patient themself, and who acts for them
//	emergency|ID      whoever holds a break-glass grant for the patient
//	officer|ODS       the privacy officer of an organisation
//	restricted        nobody's: it marks the records of people whose whereabouts are withheld
//	admin             the admin plane: facts, and what no policy gives to others
//
// # Facts
//
// A Record is read from resources by whoever writes them (the Patient, its sharing Consents, its plans); a Caller from a
// token, a staff list and an agreement. Those resources are facts, and changing them is not an ordinary write: see Plane.
//
// The administrators whom the deploying organisation names are the admin plane. An administrator who is on an organisation's staff list keeps that list
// (Caller.MayKeepStaff), and sees and writes no fact by it.
//
// # Two people
//
// What lets more people see a record than an objection let before needs two people, told apart by issuer and subject. What lets fewer see it needs one, and
// counts at once.
//
//	sharing as recorded     becomes                   counts
//	nothing                 agreement or objection    at once
//	agreement               objection, nothing        at once
//	objection               another objection         at once
//	objection               agreement, or nothing     when a second person confirms it; until then the objection stands
//
// It is written as it was sent, whichever way (an update, a deletion, another Consent, a transaction), so that no plan is lost with it; the Patient's label has the
// token waits|ID of a Task until it is confirmed (Caller.MayConfirm) or somebody objects again. A client without an end user may be the first person and never
// the second, and so may the person and who acts for them: what they agree to is shared when a professional they have spoken to says so. The staff lists that need
// a second person are in internal/interaction. The Patient of a record that is restricted, or whose sharing was objected to, is not deleted.
//
// One person alone still brings about, and this package does not hold back: another organisation named as an author of a record that is closed, who then sees it as
// authors do; a Contract that comes into force, and an entry of a staff list, when an administrator of the admin plane writes them by ordinary writes. A restriction
// is lifted by none of these: a label goes down by administrators alone, who see no Patient.
//
// # What is withheld
//
// A Rule takes elements out of resources that are visible. It holds for every surface, searching included: a
// parameter that reads a withheld element has no value for that caller. What is withheld from the person stays searchable to everybody else: a crew loses nothing by it. Which
// parameters those are stands in the label of each resource, by the paths of its elements and not by their values (see MarkParameters).
//
// The details of a key safe are withheld from everybody, and in no index. They are told one at a time (Caller.MayReveal).
package access

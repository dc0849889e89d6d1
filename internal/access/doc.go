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
// A Binary is in no compartment, and seen by whoever sees the resource that its securityContext names (Resource.In): its label has the tokens of that, and follows it.
// FHIR's url of an attachment opens nothing, whoever wrote it.
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
//	fed|ODS           what systems of an organisation told of what was done elsewhere: for these, and its privacy officer. It is so whoever's record
//	                  that was, and stays so
//	restricted        nobody's: it marks the records of people whose whereabouts are withheld
//	admin             the admin plane: facts, and what no policy gives to others
//
// # Facts
//
// A Record is read from resources by whoever writes them (the Patient, its sharing Consents, its plans); a Caller from a
// token, a staff list and an agreement. Those resources are facts, and changing them is not an ordinary write: see Plane.
//
// An Organization is a fact by its ODS codes and by whether it is active. While one says that it is not, the agreements of those whose codes it bears have ended (Suspended),
// whatever they and other Organizations say: clinicians keep emergency access, and all else is closed. Administrators alone record that (Caller.MayBar), one of them and at once, and
// such an Organization is not deleted.
//
// The administrators whom the deploying organisation names are the admin plane. An administrator who is on an organisation's staff list keeps that list
// (Caller.MayKeepStaff), and sees and writes no fact by it.
//
// # Two people
//
// What lets more people see a record than may now needs two people, and what lets fewer see it needs one, and counts at once.
//
//	of a record             becomes                   counts
//	nothing on sharing      agreement or objection    at once
//	agreement               objection, nothing        at once
//	objection               another objection         at once
//	objection               agreement, or nothing     when a second person confirms it; until then the objection stands
//	an author of an open    named, or removed         at once
//	of a closed one         removed                   at once
//	of a closed one         named                     when a second person confirms it; until then the organisation sees nothing of it
//	not restricted          restricted                at once
//	restricted              not restricted            when it is asked for and an administrator, who is somebody else, confirms it
//
// Closed is a record that is restricted, or whose sharing was objected to, or whose objection waits: its authors alone see it. It is written as it was sent, whichever
// way (an update, a deletion, another resource, a transaction), so that no plan is lost with it, and the answer says that it waits. What waits is a Task, which whoever may
// confirm it finds (Task?code=waiting-change) and nobody writes but the server; Record.Admitted and the token waits|ID of the Patient keep out who is not confirmed. It is
// confirmed or declined by an administrator, or by a professional who may write into the record (Caller.MayConfirm), within ConfirmWithin; later, or declined, it waits anew
// when it is done again. A record that opens shows itself to whoever is named in it by then. That a restriction ends is asked for and not written, as a label goes down by the
// admin plane alone, which sees no Patient: by administrators and by the privacy officers of the organisations that wrote the record (Caller.MayLift).
//
// Two people are two by what is known of them (Person): one subject of one issuer is one, and so are two tokens that one entry of a staff list is about, or that two entries
// for one Practitioner are; and so are two that their issuers say one resource describes (fhirUser), and two administrators of one name in --administrators. Where none of these says anything of two tokens,
// they are two people: an administrator is on no list that might. A client without an end user is
// nobody: what it does waits for two people. The person and who acts for them may be the first, and never the second: what they agree to is shared when a professional they
// have spoken to says so. The staff lists that need a second person are in internal/interaction. The Patient of a closed record is not deleted.
//
// What lets somebody do more (Fact.Widens) waits for a second administrator when one writes it by an ordinary write: an agreement that is new, longer or for more roles; an entry
// of a staff list; a grant; a RelatedPerson who acts for somebody; another ODS code of an Organization, and that one is active again. Nothing of it is stored until it is confirmed, and it then takes the place
// of the version that it was written over, or of nothing. What lets somebody do less is one administrator's, and at once.
//
// To which organisation something belongs that a record may name as its author, its practice or a home (Affiliation: a PractitionerRole, a CareTeam, an Organization and so on) opens
// records, too. An administrator's write by which it comes to belong to another, and one that makes it under an id of its writer's choice, waits for a second administrator; whether any
// record names it is not looked at. Nobody else does either, whatever record it is in: a client makes what belongs to its own organisation under an id that begins with the
// organisation's ODS code, and writes nothing of another's that is in no record. That it belongs to none, or is deleted, is one person's. What a record names is followed when
// something of the record that decides about access is written, and at no other time.
//
// One person alone still brings about, and this package does not hold back: an addition to a staff list by $staff-list, which is the way to keep one, but for those that
// internal/interaction has wait: all of them, where the server is set so (--staff-list-second-person additions). Grants for a dispatch (urgent-care-contact) take two administrators as all grants do: there is no feed of dispatches.
//
// # What is withheld
//
// A Rule takes elements out of resources that are visible. It holds for every surface, searching included: a
// parameter that reads a withheld element has no value for that caller. What is withheld from the person stays searchable to everybody else: a crew loses nothing by it. Which
// parameters those are stands in the label of each resource, by the paths of its elements and not by their values (see MarkParameters).
//
// An earlier version of a resource is seen by who sees the resource now, and would see that version, were it the newest: by its own draft status, labels and patients, and by
// the labels that those patients have now.
//
// The details of a key safe are withheld from everybody, and in no index. They are told one at a time (Caller.MayReveal).
package access

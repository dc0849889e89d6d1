// Package access decides who may see what. It is pure: facts come in, a decision goes out, and the same facts always
// give the same decision. Everything is denied that no rule allows.
//
// # Labels
//
// Whether somebody sees a resource must be decided inside the search, before sort, total and page, and
// without a join. So what is known of a patient (Record) is turned into a few tokens, the Label, which stand
// in the index of every resource of the patient's compartment as the hidden parameter query.AccessCode; and
// what is known of a caller (Caller) is turned into the tokens they may see (Decision.Sees). A resource is
// visible when it has one of them, which is a conjunct of an ordinary query (Decision.Visible). When a fact
// about a patient changes, the labels of their compartment are written anew, in the same commit, without new
// versions.
//
// A Binary is in no compartment, and seen by whoever sees the resource that its securityContext names
// (Resource.In): its label has the tokens of that, and follows it. FHIR's url of an attachment opens nothing,
// whoever wrote it.
//
// The tokens, by system:
//
//	public            what any logged-in caller may read: definitions
//	directory         professionals, organisations, places, products
//	org|ODS           an organisation with a relationship to the patient: author, practice, residence
//	urgent            a published plan, for urgent care
//	contact|ID        whoever is sent to the patient, or in an urgent-care contact with them
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
// A Record is read from resources by whoever writes them (the Patient, its sharing Consents, its plans); a
// Caller from a token, a staff list and an agreement. Those resources are facts, and changing them is not an
// ordinary write: see Plane.
//
// An Organization is a fact by its ODS codes and by whether it is active. While one says that it is not, the
// agreements of those whose codes it bears have ended (Suspended), whatever they and other Organizations say:
// clinicians keep emergency access, and all else is closed. Administrators alone record that (Caller.MayBar),
// one of them and at once, and such an Organization is not deleted.
//
// The administrators whom the deploying organisation names are the admin plane. An administrator who is on an
// organisation's staff list keeps that list (Caller.MayKeepStaff), and sees and writes no fact by it.
//
// # Two people
//
// What lets more people see a record than may now needs two people, and what lets fewer see it needs one, and
// counts at once.
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
// Closed is a record that is restricted, or whose sharing was objected to, or whose objection waits: its
// authors alone see it. It is written as it was sent, whichever way (an update, a deletion, another resource,
// a transaction), so that no plan is lost with it, and the answer says that it waits. What waits is a Task,
// which whoever may confirm it finds (Task?code=waiting-change) and nobody writes but the server;
// Record.Admitted and the token waits|ID of the Patient keep out who is not confirmed. It is confirmed or
// declined by an administrator, or by a professional who may write into the record (Caller.MayConfirm),
// within ConfirmWithin; later, or declined, it waits anew when it is done again. A record that opens shows
// itself to whoever is named in it by then. That a restriction ends is asked for and not written, as a label
// goes down by the admin plane alone, which sees no Patient: by administrators and by the privacy officers of
// the organisations that wrote the record (Caller.MayLift).
//
// Two people are two by what is known of them (Person): one subject of one issuer is one, and so are two
// tokens that one entry of a staff list is about, or that two entries for one Practitioner are; and so are
// two tokens that their issuers say one resource describes (fhirUser), and two administrators of one name in
// --administrators. Where none of these says anything of two tokens they are two people: an administrator is
// of no organisation, and on no list that might tell. A client without an end user is nobody: what it does
// waits for two people. The person and who acts for them may be the first, and never the second: what they
// agree to is shared when a professional they have spoken to says so. The staff lists that need a second
// person are in internal/interaction. The Patient of a closed record is not deleted.
//
// What lets somebody do more (Fact.Widens) waits for a second administrator when one writes it by an ordinary
// write: an agreement that is new, longer or for more roles; an entry of a staff list; a grant; a
// RelatedPerson who acts for somebody; another ODS code of an Organization, and that one is active again.
// Nothing of it is stored until it is confirmed, and it then takes the place of the version that it was
// written over, or of nothing. What lets somebody do less is one administrator's, and at once.
//
// To which organisation something belongs that a record may name as its author, its practice or a home
// (Affiliation: a PractitionerRole, a CareTeam, an Organization and so on) opens records, too. An
// administrator's write by which it comes to belong to another, and one that makes it under an id of its
// writer's choice, waits for a second administrator; whether any record names it is not looked at. Nobody
// else does either, whatever record it is in: a client makes what belongs to its own organisation under an id
// that begins with the organisation's ODS code, and writes nothing of another's that is in no record. That it
// belongs to none, or is deleted, is one person's. What a record names is followed when something of the
// record that decides about access is written, and at no other time.
//
// One person alone still brings about, and this package does not hold back: an addition to a staff list by
// $staff-list, which is the way to keep one, but for those that internal/interaction has wait: all of them,
// where the server is set so (--staff-list-second-person additions). Who is sent to whom a dispatch system
// says by itself: see below.
//
// # Dispatches
//
// Whoever is sent to a person sees their record while they are sent (Contact), and is told how to get in. At
// three in the morning no two administrators can be asked for that, so what two of them do is done before,
// once: they register the dispatch system of an organisation, as they register exchange partners, by an entry
// of its staff list with the role dispatch, under an agreement that names that role and urgent care (ETREAT).
// Such a system is a client with no end user behind it. It says which of its own people are sent to whom, and
// sees and writes nothing else; what it says it is answered alike whether the person is here, hidden or
// unknown (Encounter/$dispatch, in internal/interaction).
//
// It tells an Encounter, which is what a dispatch is in FHIR: class, status, subject, participants. What is
// stored is the grant that administrators write, a Basic, and no Encounter: that would be part of the
// person's record, written by somebody who must not know whether there is one; a conditional update of it
// would answer by what is hidden; and what lets callers in would lie in a type of which records write all the
// time, so that nothing could be kept of what is known of callers. The grant has no element for the person's
// state or the crew's doings; it says who may see whom, until when, and by whose word.
//
// A contact counts as long as all it hangs on: its time (four hours from the newest message, twelve in all,
// and no moment after its end was told), the system's registration and agreement, the crew member's own entry
// and agreement, and that they work for the organisation that sent them (Caller.InContact). It opens what any
// contact opens: nothing of a record whose sharing was objected to, no draft, no whereabouts of a person at
// risk. What is bounded is in contact.go. Administrators and the privacy officers of the organisation see the
// grant; a contact whose crew looked at nothing is no harm, and needs no review.
//
// # What is withheld
//
// A Rule takes elements out of resources that are visible. It holds for every surface, searching included: a
// parameter that reads a withheld element has no value for that caller. What is withheld from the person
// stays searchable to everybody else: a crew loses nothing by it. Which parameters those are stands in the
// label of each resource, by the paths of its elements and not by their values (see MarkParameters).
//
// An earlier version of a resource is seen by who sees the resource now, and would see that version, were it
// the newest: by its own draft status, labels and patients, and by the labels that those patients have now.
//
// The details of a key safe are withheld from everybody, and in no index. They are told one at a time
// (Caller.MayReveal).
package access

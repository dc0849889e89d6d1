// Package stafflist reads an organisation's whole list of authorised staff, as CSV or as a Bundle of
// PractitionerRoles, and compares it with what is stored. It is pure. A list with a fault is refused whole,
// and every fault is told with its place.
//
// A list has nothing but what decides about access: who somebody is to the issuer of their tokens, or the
// role profile they choose there, their role, and from when to when they may work and are trained. Clients
// without a person behind them (access.System, access.Dispatch) are registered by administrators, one by one,
// and are in no list.
package stafflist

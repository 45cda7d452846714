//! Whom a case keeps away whatever else would let them in: those who stand in one of its conflicts, and from a restricted
//! case all staff but those it names and the one it is allocated to.

#![allow(
    missing_docs,
    reason = "diesel gives the type of each condition a name of its own too"
)]

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::ids::Id;
use crate::schema::access::{case_conflicts, case_grants};
use crate::schema::casework::cases;

/// Conflicts of a case that name this account or this agency.
#[diesel::dsl::auto_type(type_case = "PascalCase")]
pub fn conflict_with(caller: Id, agency: Id) -> _ {
    case_conflicts::table
        .filter(case_conflicts::case_id.eq(cases::id))
        .filter(case_conflicts::ended_on.is_null())
        .filter(case_conflicts::entered_in_error.is_null())
        .filter(
            case_conflicts::user_id
                .assume_not_null()
                .eq(caller)
                .or(case_conflicts::agency_id.assume_not_null().eq(agency)),
        )
}

/// What names this member of staff on a case.
#[diesel::dsl::auto_type(type_case = "PascalCase")]
pub fn naming(user: Id) -> _ {
    case_grants::table
        .filter(case_grants::case_id.eq(cases::id))
        .filter(case_grants::user_id.assume_not_null().eq(user))
        .filter(case_grants::entered_in_error.is_null())
        .filter(case_grants::ends_on.is_null())
}

/// That a case keeps this member of staff away, also from its adult and from the referrals that led to it.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn keeps_away(caller: Id, agency: Id) -> _ {
    let against: ConflictWith = conflict_with(caller, agency);
    let named: Naming = naming(caller);
    let to_others = cases::allocated_to
        .is_null()
        .or(cases::allocated_to.assume_not_null().ne(caller));
    exists(against).or(cases::restricted.eq(true).and(not(exists(named))).and(to_others))
}

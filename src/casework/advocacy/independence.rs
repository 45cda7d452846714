//! Who cannot be the adult's advocate: whoever is not independent of the authority (Care Act 2014 s.67; the Care and
//! Support (Independent Advocacy Support) (No. 2) Regulations 2014), or stands on another side of the matter. Want of
//! paper refuses nobody.

use diesel::prelude::*;

use super::model::AssignmentState;
use crate::act::Act;
use crate::casework::cases::reach::Reached;
use crate::casework::cases::store;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::people::advocates::Advocate;
use crate::people::{authorities, users};
use crate::problem::{Fault, Problem};
use crate::schema::casework::advocacy_assignments;
use crate::schema::records::persons_of_concern;

/// Why this advocate cannot act on this case, if they cannot.
pub fn fault(act: &mut Act, case: &Reached, advocate: &Advocate) -> Result<Option<Fault>, Problem> {
    let authority = authorities::find(act.conn, &case.row.authority)?;
    let of_the_authority =
        authority.is_some_and(|authority| authority.name.eq_ignore_ascii_case(advocate.organisation.trim()));
    let works_there = match advocate.user_id {
        Some(user) => users::does_casework(act.conn, user, &case.row.authority)?,
        None => false,
    };
    if of_the_authority || works_there {
        let detail = "An advocate is independent of the authority that enquires.";
        return Ok(Some(Fault::at("/advocateId", "not_independent", detail)));
    }
    let in_conflict = match advocate.user_id {
        Some(user) => {
            let agency = users::find(act.conn, user)?.and_then(|user| user.agency_id);
            store::is_excluded(act.conn, case.row.id, (user, agency))?
        }
        None => false,
    };
    let supports_the_other_side = supports_a_person_of_concern(act.conn, case.row.id, advocate.id)?;
    Ok((in_conflict || supports_the_other_side).then(|| {
        let detail = "This advocate stands on another side of the matter.";
        Fault::at("/advocateId", "conflict_of_interest", detail)
    }))
}

fn supports_a_person_of_concern(conn: &mut Connection, case: Id, advocate: Id) -> QueryResult<bool> {
    let theirs = persons_of_concern::table
        .filter(persons_of_concern::case_id.eq(case))
        .filter(persons_of_concern::advocate_id.assume_not_null().eq(advocate))
        .filter(persons_of_concern::entered_in_error.is_null());
    diesel::select(diesel::dsl::exists(theirs)).get_result(conn)
}

/// Whether an advocate was asked for the adult, or acts for them, in this matter.
pub fn acts_for_the_adult(conn: &mut Connection, case: Id, advocate: Id) -> QueryResult<bool> {
    Ok(cases_of(conn, advocate)?.contains(&case))
}

/// The cases for whose adult an advocate was asked, or acts.
pub fn cases_of(conn: &mut Connection, advocate: Id) -> QueryResult<Vec<Id>> {
    advocacy_assignments::table
        .filter(advocacy_assignments::advocate_id.eq(advocate))
        .filter(advocacy_assignments::state.one_of(AssignmentState::STANDING))
        .select(advocacy_assignments::case_id)
        .distinct()
        .load(conn)
}

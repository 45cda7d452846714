//! What of a case is a partner agency's own, where a section alone would show it too much: its actions, what was shared
//! with it, and the meetings it is asked to or attended.

use diesel::prelude::*;

use super::actions::ActionRow;
use super::meetings::{self, MeetingRow};
use super::record::OwnedRow;
use super::sharing_decisions::SharingDecision;
use crate::db::Connection;
use crate::ids::Id;
use crate::people::agencies;
use crate::problem::{Fault, Problem};
use crate::schema::actions::actions;
use crate::schema::records::sharing_decisions;

/// Ids of those records of this kind that are the agency's own; none: its section shows it all of them.
pub fn of(conn: &mut Connection, case: Id, agency: Id, resource: &str) -> QueryResult<Option<Vec<Id>>> {
    let ids = match resource {
        ActionRow::RESOURCE => actions::table
            .filter(actions::case_id.eq(case))
            .filter(actions::agency_id.eq(agency))
            .select(actions::id)
            .load(conn)?,
        SharingDecision::RESOURCE => sharing_decisions::table
            .filter(sharing_decisions::case_id.eq(case))
            .filter(sharing_decisions::agency_id.eq(agency))
            .select(sharing_decisions::id)
            .load(conn)?,
        MeetingRow::RESOURCE => meetings::of_agency(conn, case, agency)?,
        _ => return Ok(None),
    };
    Ok(Some(ids))
}

/// The fault of naming an agency that there is not.
pub fn fault_of_agency(
    conn: &mut Connection,
    id: Option<Id>,
    pointer: &str,
) -> Result<Option<Fault>, Problem> {
    match id {
        Some(id) if !agencies::exists(conn, id)? => {
            Ok(Some(Fault::at(pointer, "unknown", "There is no such agency.")))
        }
        _ => Ok(None),
    }
}

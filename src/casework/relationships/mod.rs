//! Who is what to a case: rows that are derived from what was recorded (namings, apps, assignments, emergency access) and
//! written in the transaction of each change of it. Decisions and lists read these rows and none of the records behind them.
//!
//! [`derive`](mod@derive) says what there must be; [`refresh`] writes what differs; [`verify`](mod@verify) finds it. Which agencies
//! a single record is of is kept by [`parties`].

mod derive;
pub mod parties;
mod store;
pub mod verify;

pub use derive::{PrincipalKind, SourceKind};
use store::refresh_representative;
pub use store::{cases_of, refresh, refresh_advocate};

use crate::act::Act;
use crate::casework::record::Head;
use crate::ids::Id;
use crate::problem::Problem;

/// The kinds of record that are the cause of a relationship, as events name them.
const CAUSES: [&str; 5] = [
    "case_grant",
    "app_access",
    "emergency_access",
    "advocacy_assignment",
    "caused_enquiry",
];

/// After a record was written: refreshes what it is a cause of. `case` is the case it belongs to, if it belongs to one.
pub fn follow(act: &mut Act, resource: &str, head: &Head, case: Option<Id>) -> Result<(), Problem> {
    match (resource, case) {
        ("representative", _) => Ok(refresh_representative(act.conn, (head.owner, head.id), act.now)?),
        (cause, Some(case)) if CAUSES.contains(&cause) => Ok(refresh(act.conn, &[case], act.now)?),
        _ => Ok(()),
    }
}

//! Records that always exist, once: the conclusion set, the closure checklist, a meeting's participation, checklist and minutes.
//! A draft saves what is known so far; what judges completeness is the step that needs it.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cases::reach::Reached;
use crate::act::{Act, guarded};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::problem::Problem;
use crate::schema::casework::singletons as table;

crate::codes! {
    /// Which singleton.
    pub enum Kind {
        /// Conclusion set of a case.
        Conclusion = "conclusion",
        /// Closure checklist of a case.
        ClosureChecklist = "closure_checklist",
        /// The adult's participation in a meeting.
        Participation = "participation",
        /// The checklist of a meeting.
        MeetingChecklist = "meeting_checklist",
        /// The minutes of a meeting.
        Minutes = "minutes",
        /// Their restricted part.
        RestrictedMinutes = "restricted_minutes",
    }
}

/// A singleton's content with its version; version 1 is empty.
#[derive(Debug, Clone, Default)]
pub struct Draft<T> {
    /// What is known so far.
    pub content: T,
    /// 1, and one more with every replacement.
    pub version: i64,
    /// When it was last replaced.
    pub updated_at: Option<UtcTime>,
}

/// Reads the draft of this kind that belongs to `owner`.
pub fn load<T>(conn: &mut Connection, owner: Id, kind: Kind) -> Result<Draft<T>, Problem>
where
    T: DeserializeOwned + Serialize + Default + std::fmt::Debug + Send + Sync + 'static,
{
    let found: Option<(Json<T>, i64, UtcTime)> = table::table
        .find((owner, kind))
        .select((table::content, table::version, table::updated_at))
        .first(conn)
        .optional()?;
    Ok(match found {
        Some((Json(content), version, at)) => Draft {
            content,
            version,
            updated_at: Some(at),
        },
        None => Draft {
            content: T::default(),
            version: 1,
            updated_at: None,
        },
    })
}

/// Replaces the draft that was read, if nobody else has meanwhile; answers the new version.
pub fn replace<T>(
    act: &mut Act,
    case: &Reached,
    (owner, kind): (Id, Kind),
    before: &Draft<T>,
    content: T,
) -> Result<i64, Problem>
where
    T: DeserializeOwned + Serialize + Default + std::fmt::Debug + Send + Sync + 'static,
{
    write(
        act,
        (case.row.id, &case.row.authority),
        (owner, kind),
        before,
        content,
    )
}

/// Empties the draft of this kind of a case that goes on: what it said was kept with what it concluded.
pub fn begin_anew<T>(act: &mut Act, case: (Id, &str), kind: Kind) -> Result<(), Problem>
where
    T: DeserializeOwned + Serialize + Default + std::fmt::Debug + Send + Sync + 'static,
{
    let before: Draft<T> = load(act.conn, case.0, kind)?;
    if before.updated_at.is_some() {
        write(act, case, (case.0, kind), &before, T::default())?;
    }
    Ok(())
}

fn write<T>(
    act: &mut Act,
    (case, authority): (Id, &str),
    (owner, kind): (Id, Kind),
    before: &Draft<T>,
    content: T,
) -> Result<i64, Problem>
where
    T: DeserializeOwned + Serialize + Default + std::fmt::Debug + Send + Sync + 'static,
{
    let version = before.version + 1;
    let (content, now, by) = (Json(content), act.now, act.caller.id);
    if before.updated_at.is_some() {
        let read = table::table
            .find((owner, kind))
            .filter(table::version.eq(before.version));
        let set = (
            table::content.eq(&content),
            table::version.eq(version),
            table::updated_at.eq(now),
            table::updated_by.eq(by),
        );
        guarded(diesel::update(read).set(set).execute(act.conn)?)?;
    } else {
        let row = (
            table::owner_id.eq(owner),
            table::meeting_id.eq((owner != case).then_some(owner)),
            table::kind.eq(kind),
            table::case_id.eq(case),
            table::authority.eq(authority),
            table::version.eq(version),
            table::updated_at.eq(now),
            table::updated_by.eq(by),
            table::content.eq(&content),
        );
        // Whoever else saved the first draft meanwhile was faster.
        guarded(crate::insert_unless_there!(&mut *act.conn, table, row)?)?;
    }
    act.emit(kind.as_str(), "saved", owner, version, authority, Some(case))?;
    Ok(version)
}

//! The life of a record that belongs to a case (or to an adult), written once: reach the owner, hold the version,
//! check the rules, write, tell the outbox. (The call audits it.)
//! How one is declared is in [`super::record_macros`].

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::owner::Owner;
use super::relationships;
use crate::act::{Act, guarded};
use crate::body::{Body, Patch};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::http::answer::View;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::problem::{Code, Fault, Problem};

/// What every such record has.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// What it belongs to.
    pub owner: Id,
    /// The authority that keeps it.
    pub authority: String,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
    /// When it was last changed.
    pub updated_at: UtcTime,
    /// By whom.
    pub updated_by: Id,
    /// Why it should not have been recorded, if somebody said so.
    pub entered_in_error: Option<String>,
    /// The version and the time of the last change that whoever does not see its withheld parts knows of.
    pub shown: (i64, UtcTime),
}

impl Head {
    /// The head of a record that this act creates.
    pub fn new(act: &Act, owner: &impl Owner) -> Self {
        Self::of(act, act.new_id, (owner.id(), owner.authority()))
    }

    /// The head of a record of this id that this act creates for an owner.
    pub fn of(act: &Act, id: Id, (owner, authority): (Id, &str)) -> Self {
        let (now, by) = (act.now, act.caller.id);
        Self {
            id,
            owner,
            authority: authority.to_owned(),
            version: 1,
            created_at: now,
            created_by: by,
            updated_at: now,
            updated_by: by,
            entered_in_error: None,
            shown: (1, now),
        }
    }
}

/// Says that something should not have been recorded.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "Written into the wrong person's case"}))]
pub struct EnteredInError {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
}

/// What of an owner's records a page holds besides those that stand.
#[derive(Debug, Clone, Default)]
pub struct Showing {
    /// Also those entered in error.
    pub errors: bool,
    /// None but these.
    pub only: Option<Vec<Id>>,
    /// For somebody who does not see withheld parts: a change of one alone is no change.
    pub without_withheld: bool,
}

/// Which rows of a kind show to a partner agency that is named for its section. Said by each kind: one that does not say so
/// shows none.
#[derive(Clone, Copy)]
pub enum PartnerRows {
    /// Not a row: the kind is not for partners, or does not say.
    None,
    /// Every row of the case, once the agency is named for the kind's section.
    All,
    /// The agency's own, of this case: those of which it is a party. The name of the kind.
    Own(&'static str),
}

/// Which rows of a kind a partner agency sees, as the kind's declaration says it.
#[macro_export]
macro_rules! partner_rows {
    ($resource:literal) => {
        $crate::casework::record::PartnerRows::None
    };
    ($resource:literal all) => {
        $crate::casework::record::PartnerRows::All
    };
    ($resource:literal own $parties:path) => {
        $crate::casework::record::PartnerRows::Own($resource)
    };
}

/// A row that belongs to something, most often to a case.
pub trait OwnedRow: Sized {
    /// Name of the resource in events.
    const RESOURCE: &'static str;
    /// Which rows show to a partner agency.
    const PARTNER: PartnerRows;
    /// What it belongs to.
    type Owner: Owner;

    /// What it has like every other.
    fn head(&self) -> Head;
    /// The agencies that the record is of, where a partner sees only its own.
    fn parties(&self) -> Vec<Id> {
        vec![]
    }
    /// Marks a change: one version more, by this caller, now.
    fn touch(&mut self, act: &Act);
    /// Marks a change of nothing but withheld parts: to whoever does not see them it is none.
    fn touch_withheld(&mut self, act: &Act) {
        self.touch(act);
    }
    /// Writes a new row.
    fn insert(&self, conn: &mut Connection) -> diesel::QueryResult<()>;
    /// Says why it should not have been recorded.
    fn mark(&mut self, reason: String);
    /// The row of this id that belongs to this owner, also one entered in error.
    fn find_any(conn: &mut Connection, owner: Id, id: Id) -> diesel::QueryResult<Option<Self>>;
    /// A page of those of the owner's rows that are to show, with one to spare.
    fn page_of(
        conn: &mut Connection,
        owner: Id,
        page: &PageRequest,
        showing: Showing,
    ) -> diesel::QueryResult<Vec<Self>>;
    /// Writes a touched row over the version before it; answers how many rows that changed.
    fn save(&self, conn: &mut Connection) -> diesel::QueryResult<usize>;

    /// The row of this id that belongs to this owner and stands.
    fn find(conn: &mut Connection, owner: Id, id: Id) -> diesel::QueryResult<Option<Self>> {
        let found = Self::find_any(conn, owner, id)?;
        Ok(found.filter(|row| row.head().entered_in_error.is_none()))
    }

    /// A page of the owner's rows that stand, with one to spare.
    fn page(conn: &mut Connection, owner: Id, page: &PageRequest) -> diesel::QueryResult<Vec<Self>> {
        Self::page_of(conn, owner, page, Showing::default())
    }
}

/// A plain record: what a caller writes is what it holds.
pub trait Record: OwnedRow {
    /// What a caller writes.
    type Body: Serialize + DeserializeOwned + ToSchema + 'static;
    /// What a caller reads.
    type View: View + Send + 'static;

    /// A row from a body.
    fn new(head: Head, body: Self::Body) -> Self;
    /// The part of the row that a caller writes.
    fn body(&self) -> Self::Body;
    /// The row as it is read by those who read all of it.
    fn view(self) -> Self::View;

    /// The row as whoever reached its owner reads it.
    fn shown(self, _owner: &Self::Owner) -> Self::View {
        self.view()
    }

    /// What the field's own rules find wrong with a body, beyond the contract.
    fn faults(_body: &Self::Body) -> Vec<Fault> {
        vec![]
    }
}

/// Finds a row of an owner that was reached; missing is 404, and so is what is not for this caller, and what was entered in
/// error to all but staff and whoever wrote it.
pub fn row<R: OwnedRow>(act: &mut Act, owner: &R::Owner, id: Id) -> Result<R, Problem> {
    let shows = |head: Head| {
        head.entered_in_error.is_none() || owner.shows_errors() || head.created_by == act.caller.id
    };
    let only = owner.shows_only(act.conn, R::PARTNER)?;
    R::find_any(act.conn, owner.id(), id)?
        .filter(|row| shows(row.head()) && only.is_none_or(|only| only.contains(&id)))
        .ok_or_else(Problem::not_found)
}

/// A page of the rows of an owner that was reached, as far as they show.
pub fn rows<R: OwnedRow>(act: &mut Act, owner: &R::Owner, page: &PageRequest) -> Result<Rows<R>, Problem> {
    page_with::<R>(act, owner, page, owner.shows_errors())
}

/// A page of those of them that were not entered in error.
pub fn rows_that_stand<R: OwnedRow>(
    act: &mut Act,
    owner: &R::Owner,
    page: &PageRequest,
) -> Result<Rows<R>, Problem> {
    page_with::<R>(act, owner, page, false)
}

fn page_with<R: OwnedRow>(
    act: &mut Act,
    owner: &R::Owner,
    page: &PageRequest,
    errors: bool,
) -> Result<Rows<R>, Problem> {
    let rows = uncut::<R>(act, owner, page, errors)?;
    Ok(Rows::cut(rows, page, |row| row.head().id))
}

/// The rows of a page as far as they show, with one to spare: for a page that is put together of several kinds.
pub fn rows_to_merge<R: OwnedRow>(
    act: &mut Act,
    owner: &R::Owner,
    page: &PageRequest,
) -> Result<Vec<R>, Problem> {
    uncut::<R>(act, owner, page, owner.shows_errors())
}

fn uncut<R: OwnedRow>(
    act: &mut Act,
    owner: &R::Owner,
    page: &PageRequest,
    errors: bool,
) -> Result<Vec<R>, Problem> {
    let showing = Showing {
        errors,
        only: owner.shows_only(act.conn, R::PARTNER)?,
        without_withheld: !owner.shows_withheld(),
    };
    Ok(R::page_of(act.conn, owner.id(), page, showing)?)
}

/// Writes a new row and tells what happened.
pub fn write_new<R: OwnedRow>(act: &mut Act, row: &R, verb: &str) -> Result<Id, Problem> {
    row.insert(act.conn)?;
    tell(act, row, verb)?;
    Ok(row.head().id)
}

/// Writes a changed row over the version that was read and tells what happened.
pub fn write_over<R: OwnedRow>(act: &mut Act, row: &mut R, verb: &str) -> Result<Id, Problem> {
    if row.head().entered_in_error.is_some() {
        return Err(Problem::new(Code::Conflict)
            .saying("This was entered in error: it stays as it is. Record what is right anew."));
    }
    put_over(act, row, verb)
}

/// Writes a row of which nothing but withheld parts was changed.
pub fn write_over_withheld<R: OwnedRow>(act: &mut Act, row: &mut R) -> Result<Id, Problem> {
    if row.head().entered_in_error.is_some() {
        return write_over(act, row, "amended");
    }
    row.touch_withheld(act);
    finish_over(act, row, "amended")
}

fn put_over<R: OwnedRow>(act: &mut Act, row: &mut R, verb: &str) -> Result<Id, Problem> {
    row.touch(act);
    finish_over(act, row, verb)
}

fn finish_over<R: OwnedRow>(act: &mut Act, row: &mut R, verb: &str) -> Result<Id, Problem> {
    guarded(row.save(act.conn)?)?;
    tell(act, row, verb)?;
    Ok(row.head().id)
}

/// Marks a record as entered in error: it stays, counts nowhere, and shows to staff only.
pub fn mark<R: OwnedRow>(
    act: &mut Act,
    owner: Id,
    id: Id,
    body: &Body<EnteredInError>,
) -> Result<Id, Problem> {
    mark_with::<R>(act, owner, id, body, |_, _| ())
}

/// Marks a record whose row loses something else with it.
pub fn mark_with<R: OwnedRow>(
    act: &mut Act,
    owner: Id,
    id: Id,
    body: &Body<EnteredInError>,
    also: impl FnOnce(&mut R, &R::Owner),
) -> Result<Id, Problem> {
    let owner = R::Owner::reach(act, owner)?;
    let mut row: R = row(act, &owner, id)?;
    let head = row.head();
    let own = head.created_by == act.caller.id;
    if !own && !owner.corrects_others() {
        return Err(Problem::new(Code::Forbidden).saying("Others recorded this."));
    }
    if !own && owner.is_about(act.conn, head.created_by)? {
        return Err(Problem::new(Code::Forbidden)
            .saying("The adult wrote this themself: only they can say that it was a mistake."));
    }
    act.expect_version(head.version)?;
    let reason = body.valid()?.reason.clone();
    if head.entered_in_error.is_some() {
        return Err(Problem::new(Code::Conflict).saying("This was said to be entered in error before."));
    }
    also(&mut row, &owner);
    row.mark(reason);
    put_over(act, &mut row, "entered_in_error")
}

fn tell<R: OwnedRow>(act: &mut Act, row: &R, verb: &str) -> Result<(), Problem> {
    let head = row.head();
    let case = R::Owner::case_of(head.owner);
    relationships::follow(act, R::RESOURCE, &head, case)?;
    relationships::parties::follow(act.conn, row, case, act.now)?;
    act.emit(R::RESOURCE, verb, head.id, head.version, &head.authority, case)
}

/// Creates a plain record.
pub fn create<R: Record>(act: &mut Act, owner: Id, body: &Body<R::Body>) -> Result<Id, Problem>
where
    R::Body: Clone,
{
    create_as::<R>(act, owner, body, |_, _, body| Ok(R::faults(body)))
}

/// Creates a plain record whose rules depend on who creates it, or on other records of its owner.
pub fn create_as<R: Record>(
    act: &mut Act,
    owner: Id,
    body: &Body<R::Body>,
    faults: impl FnOnce(&mut Act, &R::Owner, &R::Body) -> Result<Vec<Fault>, Problem>,
) -> Result<Id, Problem>
where
    R::Body: Clone,
{
    let owner = R::Owner::reach(act, owner)?;
    let found = match body.value() {
        Some(body) => faults(act, &owner, body)?,
        None => vec![],
    };
    let body = body.checked(|_| found)?.clone();
    let row = R::new(Head::new(act, &owner), body);
    write_new(act, &row, "recorded")
}

/// Reads one record.
pub fn get<R: Record>(act: &mut Act, owner: Id, id: Id) -> Result<R::View, Problem> {
    let owner = R::Owner::reach(act, owner)?;
    Ok(row::<R>(act, &owner, id)?.shown(&owner))
}

/// Reads a page of records.
pub fn list<R: Record>(act: &mut Act, owner: Id, page: &PageRequest) -> Result<Rows<R::View>, Problem> {
    let owner = R::Owner::reach(act, owner)?;
    Ok(rows::<R>(act, &owner, page)?.map(|row| row.shown(&owner)))
}

/// Amends a record by a merge patch.
pub fn amend<R: Record>(
    act: &mut Act,
    owner: Id,
    id: Id,
    patch: &Body<Patch<R::Body>>,
) -> Result<Id, Problem> {
    amend_as::<R>(act, owner, id, patch, |_, _, body| Ok(R::faults(body)))
}

/// Amends a record whose rules depend on who amends it, or on other records of its owner.
pub fn amend_as<R: Record>(
    act: &mut Act,
    owner: Id,
    id: Id,
    patch: &Body<Patch<R::Body>>,
    faults: impl FnOnce(&mut Act, &R::Owner, &R::Body) -> Result<Vec<Fault>, Problem>,
) -> Result<Id, Problem> {
    let owner = R::Owner::reach(act, owner)?;
    let row: R = row(act, &owner, id)?;
    act.expect_version(row.head().version)?;
    let body = patch.valid()?.applied_to(&row.body())?;
    let faults = faults(act, &owner, &body)?;
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let mut amended = R::new(row.head(), body);
    write_over(act, &mut amended, "amended")
}

//! What a record belongs to, and how much of its records shows to whoever reached it.

use super::cases::reach::Reached;
use super::record::PartnerRows;
use super::relationships::parties;
use crate::act::Act;
use crate::db::Connection;
use crate::ids::Id;
use crate::policy::Standing;
use crate::problem::Problem;

/// What a record belongs to: it is reached before anything recorded about it may be known.
pub trait Owner: Sized {
    /// Reaches it for the operation's permission.
    fn reach(act: &mut Act, id: Id) -> Result<Self, Problem>;
    /// Its id: a UUID, which sorts by when it was made.
    fn id(&self) -> Id;
    /// The authority that keeps it.
    fn authority(&self) -> &str;
    /// The case that an event about one of its records names.
    fn case_of(owner: Id) -> Option<Id>;
    /// Whether what was entered in error still shows: it may be about somebody else, so to nobody but staff.
    fn shows_errors(&self) -> bool {
        false
    }
    /// Whether the caller may say of what others recorded that it was entered in error.
    fn corrects_others(&self) -> bool {
        false
    }
    /// The only ones that show of a kind of which a partner agency sees these rows; none: all of them do.
    fn shows_only(&self, _conn: &mut Connection, _kind: PartnerRows) -> diesel::QueryResult<Option<Vec<Id>>> {
        Ok(None)
    }
    /// Whether its records show with what is withheld from apps and partner agencies.
    fn shows_withheld(&self) -> bool {
        true
    }
    /// Whether this is the account of the person it is about.
    fn is_about(&self, _conn: &mut Connection, _account: Id) -> diesel::QueryResult<bool> {
        Ok(false)
    }
}

impl Owner for Reached {
    fn reach(act: &mut Act, id: Id) -> Result<Self, Problem> {
        super::cases::reach::reach(act, id)
    }

    fn id(&self) -> Id {
        self.row.id
    }

    fn authority(&self) -> &str {
        &self.row.authority
    }

    fn case_of(owner: Id) -> Option<Id> {
        Some(owner)
    }

    fn shows_errors(&self) -> bool {
        self.standing.is_staff()
    }

    fn corrects_others(&self) -> bool {
        matches!(self.standing, Standing::Manager | Standing::Allocated)
    }

    fn shows_only(&self, conn: &mut Connection, kind: PartnerRows) -> diesel::QueryResult<Option<Vec<Id>>> {
        match (self.partner, kind) {
            (None, _) | (Some(_), PartnerRows::All) => Ok(None),
            (Some(agency), PartnerRows::Own(kind)) => {
                parties::of_agency(conn, kind, (self.row.id, agency)).map(Some)
            }
            (Some(_), PartnerRows::None) => Ok(Some(vec![])),
        }
    }

    fn shows_withheld(&self) -> bool {
        self.sees_what_is_withheld()
    }

    fn is_about(&self, conn: &mut Connection, account: Id) -> diesel::QueryResult<bool> {
        super::cases::access::is_the_adults(conn, self.row.id, account)
    }
}

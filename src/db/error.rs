//! What a database error means for the caller. diesel keeps SQLSTATE and SQLite's result codes to itself
//! behind `DatabaseErrorKind::Unknown`, so the message is read here and nowhere else.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::problem::{Code, Problem};

/// The meaning of a database error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A unique constraint refused the row.
    Unique,
    /// Run the whole transaction again: serialization failure, deadlock, or SQLite busy.
    Retry,
    /// Another transaction holds what this one needs for too long.
    LockTimeout,
    /// The database cannot be used now: gone, full, or too slow.
    Unavailable,
    /// A fault of ours.
    Defect,
}

/// Reads what an error means.
pub fn cause_of(error: &DieselError) -> Cause {
    match error {
        DieselError::DatabaseError(kind, info) => from_message(kind, info.message()),
        DieselError::BrokenTransactionManager => Cause::Unavailable,
        _ => Cause::Defect,
    }
}

fn from_message(kind: &DatabaseErrorKind, message: &str) -> Cause {
    match kind {
        DatabaseErrorKind::UniqueViolation => return Cause::Unique,
        DatabaseErrorKind::SerializationFailure => return Cause::Retry,
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            return Cause::Unavailable;
        }
        _ => {}
    }
    const MEANINGS: &[(&str, Cause)] = &[
        ("deadlock detected", Cause::Retry),
        ("could not serialize access", Cause::Retry),
        ("database is locked", Cause::Retry),
        ("database table is locked", Cause::Retry),
        ("canceling statement due to lock timeout", Cause::LockTimeout),
        ("canceling statement due to statement timeout", Cause::Unavailable),
        ("terminating connection", Cause::Unavailable),
        ("server closed the connection", Cause::Unavailable),
        ("connection not open", Cause::Unavailable),
        ("no connection to the server", Cause::Unavailable),
        ("could not connect", Cause::Unavailable),
        ("connection to server", Cause::Unavailable),
        ("SSL connection has been closed", Cause::Unavailable),
        ("the database system is", Cause::Unavailable),
        ("in a read-only transaction", Cause::Unavailable),
        ("No space left on device", Cause::Unavailable),
        ("could not extend file", Cause::Unavailable),
        ("database or disk is full", Cause::Unavailable),
        ("disk I/O error", Cause::Unavailable),
        ("attempt to write a readonly database", Cause::Unavailable),
        ("unable to open database file", Cause::Unavailable),
    ];
    MEANINGS
        .iter()
        .find(|(text, _)| message.contains(text))
        .map_or(Cause::Defect, |(_, cause)| *cause)
}

impl From<DieselError> for Problem {
    fn from(error: DieselError) -> Self {
        let cause = cause_of(&error);
        let code = match cause {
            Cause::Defect => {
                // The kind only: a message or a detail can hold a person's data.
                let kind = match &error {
                    DieselError::DatabaseError(kind, info) => format!(
                        "{kind:?} on {}/{}",
                        info.table_name().unwrap_or("-"),
                        info.constraint_name().unwrap_or("-")
                    ),
                    DieselError::DeserializationError(_) => "a stored value could not be read".to_owned(),
                    DieselError::SerializationError(_) => "a value could not be written".to_owned(),
                    DieselError::NotFound => "a row that must exist is missing".to_owned(),
                    _ => "query could not be built".to_owned(),
                };
                tracing::error!(kind, "database error");
                Code::Internal
            }
            Cause::Unique | Cause::LockTimeout => Code::Conflict,
            Cause::Retry | Cause::Unavailable => Code::Unavailable,
        };
        Problem::new(code).because(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_read_for_what_it_means() {
        let table = [
            (
                DatabaseErrorKind::UniqueViolation,
                "UNIQUE constraint failed: referrals.reference",
                Cause::Unique,
            ),
            (DatabaseErrorKind::Unknown, "database is locked", Cause::Retry),
            (
                DatabaseErrorKind::SerializationFailure,
                "could not serialize access",
                Cause::Retry,
            ),
            (DatabaseErrorKind::Unknown, "deadlock detected", Cause::Retry),
            (
                DatabaseErrorKind::Unknown,
                "canceling statement due to lock timeout",
                Cause::LockTimeout,
            ),
            (
                DatabaseErrorKind::Unknown,
                "database or disk is full",
                Cause::Unavailable,
            ),
            (
                DatabaseErrorKind::Unknown,
                "terminating connection due to administrator command",
                Cause::Unavailable,
            ),
            (DatabaseErrorKind::ClosedConnection, "", Cause::Unavailable),
            (
                DatabaseErrorKind::NotNullViolation,
                "null value in column",
                Cause::Defect,
            ),
            (DatabaseErrorKind::Unknown, "column does not exist", Cause::Defect),
        ];
        for (kind, message, expected) in table {
            assert_eq!(from_message(&kind, message), expected, "{message}");
        }
    }
}

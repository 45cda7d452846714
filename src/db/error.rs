//! What a database error means for the caller, and what of it the operator may read. diesel keeps SQLSTATE and SQLite's
//! result codes to itself behind `DatabaseErrorKind::Unknown`, so the message is read here and nowhere else.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use super::health::Trouble;
use crate::problem::{Code, Problem};

/// The meaning of a database error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A unique constraint refused the row.
    Unique,
    /// A rule refused a change that came with a version, and may have seen what another changed after the version was
    /// read.
    PerhapsLate,
    /// Run the whole transaction again: serialization failure or deadlock.
    Retry,
    /// Another transaction holds what this one needs for too long.
    LockTimeout,
    /// A statement took longer than it may.
    TooSlow,
    /// The database takes no writes now: full, read-only, or failing storage.
    NotWritable,
    /// The database cannot be reached.
    Unavailable,
    /// A fault of ours.
    Defect,
}

impl Cause {
    /// What is wrong with the database itself, if that is the cause.
    pub(super) fn trouble(self) -> Option<Trouble> {
        match self {
            Self::Unavailable => Some(Trouble::Unreachable),
            Self::NotWritable => Some(Trouble::NotWritable),
            Self::Unique
            | Self::PerhapsLate
            | Self::Retry
            | Self::LockTimeout
            | Self::TooSlow
            | Self::Defect => None,
        }
    }
}

/// Messages without values, by the words in them; with what they mean, and their SQLSTATE where PostgreSQL has one
/// (PostgreSQL 15, appendix A).
const MEANINGS: &[(&str, Cause, &str)] = &[
    ("deadlock detected", Cause::Retry, "40P01"),
    ("could not serialize access", Cause::Retry, "40001"),
    ("database is locked", Cause::LockTimeout, ""),
    ("database table is locked", Cause::Retry, ""),
    (
        "canceling statement due to lock timeout",
        Cause::LockTimeout,
        "55P03",
    ),
    (
        "canceling statement due to statement timeout",
        Cause::TooSlow,
        "57014",
    ),
    (
        "terminating connection due to administrator command",
        Cause::Unavailable,
        "57P01",
    ),
    ("terminating connection", Cause::Unavailable, "57P01"),
    ("server closed the connection", Cause::Unavailable, "08006"),
    ("connection not open", Cause::Unavailable, "08003"),
    ("no connection to the server", Cause::Unavailable, "08003"),
    ("could not receive data from server", Cause::Unavailable, "08006"),
    ("could not send data to server", Cause::Unavailable, "08006"),
    ("SSL connection has been closed", Cause::Unavailable, "08006"),
    ("SSL SYSCALL error", Cause::Unavailable, "08006"),
    ("password authentication failed", Cause::Unavailable, "28P01"),
    ("no pg_hba.conf entry", Cause::Unavailable, "28000"),
    ("is not permitted to log in", Cause::Unavailable, "28000"),
    ("too many clients already", Cause::Unavailable, "53300"),
    ("too many connections for", Cause::Unavailable, "53300"),
    (
        "remaining connection slots are reserved",
        Cause::Unavailable,
        "53300",
    ),
    ("the database system is", Cause::Unavailable, "57P03"),
    (
        "is not currently accepting connections",
        Cause::Unavailable,
        "55000",
    ),
    ("Connection refused", Cause::Unavailable, "08001"),
    ("timeout expired", Cause::Unavailable, "08001"),
    ("could not translate host name", Cause::Unavailable, "08001"),
    ("could not connect", Cause::Unavailable, "08001"),
    ("connection to server", Cause::Unavailable, "08001"),
    ("unable to open database file", Cause::Unavailable, ""),
    ("in a read-only transaction", Cause::NotWritable, "25006"),
    ("No space left on device", Cause::NotWritable, "53100"),
    ("could not extend file", Cause::NotWritable, "53100"),
    ("could not write to file", Cause::NotWritable, "53100"),
    ("database or disk is full", Cause::NotWritable, ""),
    ("disk I/O error", Cause::NotWritable, ""),
    ("attempt to write a readonly database", Cause::NotWritable, ""),
    ("current transaction is aborted", Cause::Defect, "25P02"),
];

/// Messages that hold names of ours and nothing else, by how they begin and what comes after the name: shown as they
/// are. (Values are bound, so that no message about the statement itself repeats one.)
const NAMES_ONLY: &[(&str, &str, &str)] = &[
    ("column ", " does not exist", "42703"),
    ("relation ", " does not exist", "42P01"),
    ("permission denied for ", "", "42501"),
    ("no such column: ", "", ""),
    ("no such table: ", "", ""),
    ("table ", " has no column named ", ""),
];

fn known(message: &str) -> Option<&'static (&'static str, Cause, &'static str)> {
    MEANINGS.iter().find(|(text, ..)| message.contains(text))
}

/// Reads what an error means.
pub fn cause_of(error: &DieselError) -> Cause {
    match error {
        DieselError::DatabaseError(kind, info) => from_message(kind, info.message()),
        DieselError::RollbackErrorOnCommit { commit_error, .. } => cause_of(commit_error),
        DieselError::BrokenTransactionManager => Cause::Unavailable,
        _ => Cause::Defect,
    }
}

fn from_message(kind: &DatabaseErrorKind, message: &str) -> Cause {
    match kind {
        DatabaseErrorKind::UniqueViolation => Cause::Unique,
        DatabaseErrorKind::SerializationFailure => Cause::Retry,
        DatabaseErrorKind::ReadOnlyTransaction => Cause::NotWritable,
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Cause::Unavailable,
        _ => known(message).map_or(Cause::Defect, |(_, cause, _)| *cause),
    }
}

/// The error in a line for the operator: its kind, SQLSTATE, and names of ours. Never a message as it came: it can
/// repeat what somebody wrote.
pub(crate) fn diagnosis(error: &DieselError) -> String {
    match error {
        DieselError::DatabaseError(kind, info) => of_database(kind, info.as_ref()),
        DieselError::RollbackErrorOnCommit { commit_error, .. } => {
            format!("at COMMIT: {}", diagnosis(commit_error))
        }
        DieselError::DeserializationError(_) => "a stored value could not be read".to_owned(),
        DieselError::SerializationError(_) => "a value could not be written".to_owned(),
        DieselError::NotFound => "a row that must exist is missing".to_owned(),
        DieselError::BrokenTransactionManager => "the transaction was broken off".to_owned(),
        _ => "the query could not be made".to_owned(),
    }
}

fn of_database(kind: &DatabaseErrorKind, info: &(dyn DatabaseErrorInformation + Send + Sync)) -> String {
    let line = info.message().lines().next().unwrap_or_default();
    let names = NAMES_ONLY
        .iter()
        .find(|(begin, after, _)| line.starts_with(begin) && line.contains(after) && line.len() <= 200);
    let (text, state) = match (names, known(line)) {
        (Some((.., state)), _) => (line, *state),
        (None, Some((text, _, state))) => (*text, *state),
        (None, None) => ("", ""),
    };
    let state = match kind {
        DatabaseErrorKind::UniqueViolation => "23505",
        DatabaseErrorKind::ForeignKeyViolation => "23503",
        DatabaseErrorKind::NotNullViolation => "23502",
        DatabaseErrorKind::CheckViolation => "23514",
        DatabaseErrorKind::ReadOnlyTransaction => "25006",
        DatabaseErrorKind::SerializationFailure => "40001",
        _ => state,
    };
    let parts = [
        ("SQLSTATE ", Some(state)),
        ("", Some(text)),
        ("table ", info.table_name()),
        ("column ", info.column_name()),
        ("constraint ", info.constraint_name()),
    ];
    let parts = parts.into_iter().filter_map(|(what, part)| match part {
        None | Some("") => None,
        Some(part) => Some(format!("{what}{part}")),
    });
    std::iter::once(format!("{kind:?}"))
        .chain(parts)
        .collect::<Vec<_>>()
        .join(", ")
}

/// No connection was to be had; `why` is the library's account of it.
pub(super) fn not_connected(why: &str) -> Problem {
    let diagnosis = match known(why) {
        Some((text, _, "")) => (*text).to_owned(),
        Some((text, _, state)) => format!("SQLSTATE {state}, {text}"),
        None => "no connection".to_owned(),
    };
    Problem::new(Code::Unavailable)
        .because(Cause::Unavailable)
        .diagnosed(diagnosis)
}

impl From<DieselError> for Problem {
    fn from(error: DieselError) -> Self {
        let cause = cause_of(&error);
        let code = match cause {
            Cause::Defect => Code::Internal,
            Cause::Unique | Cause::PerhapsLate => Code::Conflict,
            Cause::Retry | Cause::LockTimeout | Cause::TooSlow | Cause::NotWritable | Cause::Unavailable => {
                Code::Unavailable
            }
        };
        Self::new(code).because(cause).diagnosed(diagnosis(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNKNOWN: DatabaseErrorKind = DatabaseErrorKind::Unknown;

    #[test]
    fn each_message_is_read_for_what_it_means() {
        let table = [
            (
                DatabaseErrorKind::UniqueViolation,
                "UNIQUE constraint failed: referrals.reference",
                Cause::Unique,
            ),
            (UNKNOWN, "database is locked", Cause::LockTimeout),
            (
                DatabaseErrorKind::SerializationFailure,
                "could not serialize access",
                Cause::Retry,
            ),
            (UNKNOWN, "deadlock detected", Cause::Retry),
            (
                UNKNOWN,
                "canceling statement due to lock timeout",
                Cause::LockTimeout,
            ),
            (
                UNKNOWN,
                "canceling statement due to statement timeout",
                Cause::TooSlow,
            ),
            (UNKNOWN, "database or disk is full", Cause::NotWritable),
            (
                UNKNOWN,
                "terminating connection due to administrator command",
                Cause::Unavailable,
            ),
            (DatabaseErrorKind::ClosedConnection, "", Cause::Unavailable),
            (
                DatabaseErrorKind::NotNullViolation,
                "null value in column",
                Cause::Defect,
            ),
            (UNKNOWN, "column does not exist", Cause::Defect),
        ];
        for (kind, message, expected) in table {
            assert_eq!(from_message(&kind, message), expected, "{message}");
        }
    }

    #[test]
    fn a_lock_or_a_stall_is_never_a_refusal() {
        for (message, cause, _) in MEANINGS.iter().filter(|(_, cause, _)| *cause != Cause::Defect) {
            let error = DieselError::DatabaseError(UNKNOWN, Box::new((*message).to_owned()));
            let problem = Problem::from(error);
            assert_eq!(problem.code(), Code::Unavailable, "{message}: {cause:?}");
            assert_eq!(problem.seconds_to_wait(), Some(1), "{message}");
        }
    }

    #[test]
    fn what_the_operator_reads_has_names_of_ours_and_no_values() {
        let read =
            |message: &str| diagnosis(&DieselError::DatabaseError(UNKNOWN, Box::new(message.to_owned())));
        assert_eq!(
            read("column risks.how_likely does not exist\nLINE 1: SELECT"),
            "Unknown, SQLSTATE 42703, column risks.how_likely does not exist"
        );
        assert_eq!(read("no such table: risks"), "Unknown, no such table: risks");
        assert_eq!(
            read("canceling statement due to lock timeout"),
            "Unknown, SQLSTATE 55P03, canceling statement due to lock timeout"
        );
        for message in [
            "invalid input syntax for type uuid: \"Ada Example\"",
            "Key (name)=(Ada Example) already exists.",
            "could not open: Ada Example",
        ] {
            assert_eq!(read(message), "Unknown", "{message}");
        }
        let lost = not_connected(
            "connection to server at \"db\" failed: FATAL: password authentication failed for user \"x\"",
        );
        assert_eq!(
            lost.diagnosis(),
            Some("SQLSTATE 28P01, password authentication failed")
        );
    }
}

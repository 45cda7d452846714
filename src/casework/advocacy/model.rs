//! Codes and rows of advocacy.

use diesel::prelude::*;

use crate::casework::cases::access::{self, Holder};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::people::advocates;
use crate::schema::casework::{advocacy_assignments, advocacy_representations};

crate::codes! {
    /// What the adult has substantial difficulty in (Care Act 2014 s.68(3)).
    pub enum Difficulty {
        /// Understanding relevant information.
        Understanding = "understanding",
        /// Retaining it.
        Retaining = "retaining",
        /// Using or weighing it.
        UsingOrWeighing = "using_or_weighing",
        /// Communicating views, wishes or feelings.
        Communicating = "communicating",
    }
}

crate::codes! {
    /// What follows.
    pub enum NeedConclusion {
        /// The authority must arrange an advocate.
        Duty = "duty",
        /// It may.
        Power = "power",
        /// It need not.
        NotNeeded = "not_needed",
    }
}

crate::codes! {
    /// Kind of advocate.
    pub enum AssignmentKind {
        /// Independent advocate, Care Act 2014 s.68.
        CareActS68 = "care_act_s68",
        /// IMCA in adult protection (Mental Capacity Act 2005).
        ImcaSafeguarding = "imca_safeguarding",
        /// IMCA otherwise.
        ImcaGeneral = "imca_general",
        /// Independent mental health advocate.
        Imha = "imha",
        /// Without a statutory basis.
        NonStatutory = "non_statutory",
    }
}

impl AssignmentKind {
    /// Whether this is an IMCA, whom only the manager instructs.
    pub fn is_imca(self) -> bool {
        matches!(self, Self::ImcaSafeguarding | Self::ImcaGeneral)
    }
}

crate::codes! {
    /// Whether the authority must or may.
    pub enum AdvocacyBasis {
        /// It must.
        Duty = "duty",
        /// It may.
        Power = "power",
    }
}

crate::codes! {
    /// Where an assignment stands.
    pub enum AssignmentState {
        /// The advocate was asked.
        Requested = "requested",
        /// The advocate accepted; access to the case begins.
        Accepted = "accepted",
        /// The advocate met the adult and acts.
        Active = "active",
        /// The advocate declined.
        Declined = "declined",
        /// It ended; access ends with it.
        Ended = "ended",
        /// The advocate is not available.
        Unavailable = "unavailable",
    }
}

impl AssignmentState {
    /// The advocate works on the case.
    pub const WORKING: [Self; 2] = [Self::Accepted, Self::Active];
    /// The advocate was asked, or works on the case.
    pub const STANDING: [Self; 3] = [Self::Requested, Self::Accepted, Self::Active];
}

/// Whether this account is that of the advocate of an assignment: their own login, or their app for its case.
pub fn is_theirs(conn: &mut Connection, assignment: &Assignment, user: Id) -> QueryResult<bool> {
    let holder = Holder::Advocate(assignment.advocate_id);
    Ok(advocates::is_entry_of(conn, assignment.advocate_id, user)?
        || access::accounts(conn, assignment.case_id, holder)?.contains(&user))
}

crate::codes! {
    /// What an assignment covers.
    pub enum AdvocateCovers {
        /// Meeting the adult alone.
        Conversations = "conversations",
        /// Coming to meetings.
        Meetings = "meetings",
        /// Reading records.
        Records = "records",
        /// Decisions about where to live and about treatment.
        Decisions = "decisions",
    }
}

crate::codes! {
    /// What an advocate put forward.
    pub enum RepresentationKind {
        /// The adult's views, wishes and feelings, or a challenge (Care Act 2014 s.67; Mental Capacity Act 2005 s.36).
        Representation = "representation",
        /// The advocate's report.
        Report = "report",
    }
}

crate::case_row! {
    /// An advocate asked to act on a case.
    Assignment (AssignmentContent) in advocacy_assignments as "advocacy_assignment" {
        /// Kind of advocate.
        kind: AssignmentKind,
        /// Whether the authority must or may.
        basis: AdvocacyBasis,
        /// The advocate's entry in the register.
        advocate_id: Id,
        /// The need that stands behind it.
        need_id: Option<Id>,
        /// Where it stands.
        state: AssignmentState,
        /// When the advocate accepted.
        accepted_at: Option<UtcTime>,
        /// When the advocate first met the adult.
        first_contact_at: Option<UtcTime>,
        /// When it ended, or was declined.
        ended_at: Option<UtcTime>,
        /// Why it was declined or ended.
        reason: Option<String>,
        /// What it covers.
        covers: Json<Vec<AdvocateCovers>>,
    }
}

crate::case_row! {
    /// What an advocate put forward, and what the authority answered.
    Representation (RepresentationContent) in advocacy_representations as "representation" {
        /// The assignment.
        assignment_id: Id,
        /// Kind.
        kind: RepresentationKind,
        /// What was put forward.
        text: String,
        /// When.
        made_at: UtcTime,
        /// What the authority answered, and the regard it had to it.
        response: Option<String>,
        /// When.
        responded_at: Option<UtcTime>,
    }
}

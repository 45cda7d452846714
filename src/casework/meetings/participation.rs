//! How the adult took part in a meeting.

use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::MeetingRow;
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::reach::reach;
use crate::casework::record::row;
use crate::casework::singleton::{self, Draft, Kind};
use crate::clock::{PastTime, UtcTime};
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, MeetingPath};
use crate::ids::Id;
use crate::problem::{Fault, Problem};

crate::codes! {
    /// Whether and how the adult was there.
    pub enum Attendance {
        /// All the time.
        AttendedAll = "attended_all",
        /// Part of the time.
        AttendedPart = "attended_part",
        /// From elsewhere.
        Remote = "remote",
        /// Invited, and did not want to.
        Declined = "declined",
        /// Not invited.
        NotInvited = "not_invited",
        /// Could not.
        Unable = "unable",
    }
}

impl Attendance {
    /// Whether they took part.
    pub fn was_there(self) -> bool {
        matches!(self, Self::AttendedAll | Self::AttendedPart | Self::Remote)
    }
}

crate::codes! {
    /// Who put the adult's views forward.
    pub enum Voice {
        /// The adult, beforehand.
        Adult = "adult",
        /// An advocate.
        Advocate = "advocate",
        /// A representative.
        Representative = "representative",
        /// The practitioner.
        Practitioner = "practitioner",
        /// Nobody.
        Nobody = "nobody",
    }
}

/// How the adult took part.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AdultParticipation {
    /// Whether the adult was invited.
    pub invited: Option<bool>,
    /// Why not.
    #[schema(min_length = 1, max_length = 2000)]
    pub not_invited_reason: Option<String>,
    /// Whether the adult knew what to expect.
    pub knows_what_to_expect: Option<bool>,
    /// Support that was offered: transport, an interpreter, someone to come along.
    #[schema(max_items = 20)]
    pub support_offered: Vec<SupportOffered>,
    /// Whether and how the adult was there.
    pub attendance: Option<Attendance>,
    /// Who put the adult's views forward; needed when the adult was not there.
    pub views_put_forward_by: Option<Voice>,
    /// What they were; needed when the adult was not there.
    #[schema(min_length = 1, max_length = 4000)]
    pub views_put_forward: Option<String>,
    /// When the adult was told afterwards what came of it.
    #[schema(value_type = Option<PastTime>)]
    pub feedback_given_at: Option<UtcTime>,
}

/// One kind of support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 200, example = "transport")]
pub struct SupportOffered(pub String);

/// Participation in a meeting.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({ "adult": {
    "invited": true, "knowsWhatToExpect": true, "supportOffered": ["transport"], "attendance": "declined",
    "viewsPutForwardBy": "advocate", "viewsPutForward": "She wants it to stop, and to stay at home"
} }))]
pub struct Participation {
    /// The adult's.
    pub adult: AdultParticipation,
}

/// Participation in a meeting.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParticipationView {
    /// The adult's.
    pub adult: AdultParticipation,
    /// 1, and one more with every replacement.
    pub version: i64,
    /// When it was last replaced.
    pub updated_at: Option<UtcTime>,
}

impl View for ParticipationView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Reads how the adult took part.
pub fn read(act: &mut Act, case: Id, meeting: Id) -> Result<ParticipationView, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let draft: Draft<Participation> = singleton::load(act.conn, meeting.id, Kind::Participation)?;
    Ok(ParticipationView {
        adult: draft.content.adult,
        version: draft.version,
        updated_at: draft.updated_at,
    })
}

/// Replaces how the adult took part.
pub fn save(act: &mut Act, case: Id, meeting: Id, body: &Body<Participation>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let draft: Draft<Participation> = singleton::load(act.conn, meeting.id, Kind::Participation)?;
    act.expect_version(draft.version)?;
    let content = body.checked(|content| faults(&content.adult))?.clone();
    singleton::replace(act, &case, (meeting.id, Kind::Participation), &draft, content)?;
    Ok(meeting.id)
}

fn faults(adult: &AdultParticipation) -> Vec<Fault> {
    let mut faults = Vec::new();
    let not_invited = adult.invited == Some(false) || adult.attendance == Some(Attendance::NotInvited);
    if not_invited && adult.not_invited_reason.is_none() {
        faults.push(Fault::required(
            "/adult/notInvitedReason",
            "Say why the adult was not invited.",
        ));
    }
    let absent = matches!(
        adult.attendance,
        Some(Attendance::Declined | Attendance::NotInvited | Attendance::Unable)
    );
    if absent && adult.views_put_forward_by.is_none() {
        faults.push(Fault::required(
            "/adult/viewsPutForwardBy",
            "Say who put the adult's views forward.",
        ));
    }
    if absent && adult.views_put_forward.is_none() {
        faults.push(Fault::required(
            "/adult/viewsPutForward",
            "Say what the adult's views were.",
        ));
    }
    faults
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(get_participation).service(save_participation);
}

/// Read how the adult took part
///
/// Invited, supported, present; and if not present, whose voice put the adult's views forward.
#[utoipa::path(
    operation_id = "getParticipation",
    tag = "Meetings",
    params(MeetingPath),
    responses((status = 200, description = "The participation", body = ParticipationView)),
    extensions(("x-permission" = json!("meetings.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}/participation")]
pub async fn get_participation(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.read(move |act| read(act, case, meeting)).await
}

/// Save how the adult took part
///
/// Not invited needs a reason; not present needs who put the adult's views forward, and what they were.
#[utoipa::path(
    operation_id = "saveParticipation",
    tag = "Meetings",
    params(MeetingPath, IfMatchHeader),
    request_body = Participation,
    responses((status = 200, description = "The participation", body = ParticipationView)),
    extensions(("x-permission" = json!("meetings.record")))
)]
#[put("/v1/cases/{caseId}/meetings/{meetingId}/participation")]
pub async fn save_participation(call: Call, ids: Ids<2>, body: Body<Participation>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.change(
        body,
        move |act, body| save(act, case, meeting, body),
        move |act, id| read(act, case, id),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adult_who_is_not_there_is_heard_all_the_same() {
        let absent = AdultParticipation {
            attendance: Some(Attendance::Unable),
            ..AdultParticipation::default()
        };
        assert_eq!(faults(&absent).len(), 2);
        let not_invited = AdultParticipation {
            invited: Some(false),
            ..AdultParticipation::default()
        };
        assert_eq!(faults(&not_invited).len(), 1);
        let there = AdultParticipation {
            attendance: Some(Attendance::AttendedAll),
            ..AdultParticipation::default()
        };
        assert!(faults(&there).is_empty());
    }
}

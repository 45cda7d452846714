//! The minutes of a meeting. Their restricted part is for those who decide on the case: other staff and the advocate
//! are told that there is one, to everyone else it shows in no way.

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
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, MeetingPath};
use crate::ids::Id;
use crate::problem::Problem;

/// The minutes of a meeting.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "text": "The bank explained the daily limit. She agreed to it.",
    "restrictedPart": "The police are looking into a second account"
}))]
pub struct Minutes {
    /// What was said and agreed.
    #[schema(min_length = 1, max_length = 64000)]
    pub text: Option<String>,
    /// A part for those who decide on the case.
    #[schema(min_length = 1, max_length = 64000)]
    pub restricted_part: Option<String>,
}

crate::codes! {
    /// A part of the minutes.
    pub enum MinutesPart {
        /// The restricted part.
        RestrictedPart = "restrictedPart",
    }
}

/// The minutes of a meeting.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MinutesView {
    /// What was said and agreed.
    pub text: Option<String>,
    /// A part for those who decide on the case.
    pub restricted_part: Option<String>,
    /// What there is and is not shown here; for staff and assigned advocates.
    pub withheld: Option<Vec<MinutesPart>>,
    /// 1, and one more with every replacement.
    pub version: i64,
    /// When they were last replaced.
    pub updated_at: Option<UtcTime>,
}

impl View for MinutesView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Reads the minutes of a meeting, as far as this caller may.
pub fn read(act: &mut Act, case: Id, meeting: Id) -> Result<MinutesView, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let kept = Kept::of(act, meeting.id)?;
    let knows_of_both = case.sees_what_is_withheld();
    let (version, updated_at) = match knows_of_both {
        true => (kept.version(), kept.updated_at()),
        false => (kept.open.version, kept.open.updated_at),
    };
    let part = kept.restricted.content;
    let is_withheld = part.is_some() && !case.sees_restricted();
    let withheld = is_withheld.then_some(MinutesPart::RestrictedPart);
    Ok(MinutesView {
        text: kept.open.content,
        restricted_part: part.filter(|_| case.sees_restricted()),
        withheld: knows_of_both.then(|| withheld.into_iter().collect()),
        version,
        updated_at,
    })
}

/// The two parts of the minutes, each with a version of its own: a change of the restricted one shows to nobody who may not
/// know that it is there.
struct Kept {
    open: Draft<Option<String>>,
    restricted: Draft<Option<String>>,
}

impl Kept {
    fn of(act: &mut Act, meeting: Id) -> Result<Self, Problem> {
        Ok(Self {
            open: singleton::load(act.conn, meeting, Kind::Minutes)?,
            restricted: singleton::load(act.conn, meeting, Kind::RestrictedMinutes)?,
        })
    }

    /// One more with every change of either.
    fn version(&self) -> i64 {
        self.open.version + self.restricted.version - 1
    }

    fn updated_at(&self) -> Option<UtcTime> {
        self.open.updated_at.max(self.restricted.updated_at)
    }
}

/// Replaces the minutes of a meeting.
pub fn save(act: &mut Act, case: Id, meeting: Id, body: &Body<Minutes>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let Kept { open, restricted } = {
        let kept = Kept::of(act, meeting.id)?;
        act.expect_version(kept.version())?;
        kept
    };
    let Minutes {
        text,
        restricted_part,
    } = body.valid()?.clone();
    let restricted_changes = restricted.content != restricted_part;
    // What was sent again without any change is a replacement all the same.
    if open.content != text || !restricted_changes {
        singleton::replace(act, &case, (meeting.id, Kind::Minutes), &open, text)?;
    }
    if restricted_changes {
        let owner = (meeting.id, Kind::RestrictedMinutes);
        singleton::replace(act, &case, owner, &restricted, restricted_part)?;
    }
    Ok(meeting.id)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(get_minutes).service(save_minutes);
}

/// Read the minutes of a meeting
///
/// The restricted part is for those who decide on the case.
#[utoipa::path(
    operation_id = "getMinutes",
    tag = "Meetings",
    params(MeetingPath),
    responses((status = 200, description = "The minutes", body = MinutesView)),
    extensions(("x-permission" = json!("meetings.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}/minutes")]
pub async fn get_minutes(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.read(move |act| read(act, case, meeting)).await
}

/// Save the minutes of a meeting
///
/// As far as they are written.
#[utoipa::path(
    operation_id = "saveMinutes",
    tag = "Meetings",
    params(MeetingPath, IfMatchHeader),
    request_body = Minutes,
    responses((status = 200, description = "The minutes", body = MinutesView)),
    extensions(("x-permission" = json!("meetings.record")))
)]
#[put("/v1/cases/{caseId}/meetings/{meetingId}/minutes")]
pub async fn save_minutes(call: Call, ids: Ids<2>, body: Body<Minutes>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.change(
        body,
        move |act, body| save(act, case, meeting, body),
        move |act, id| read(act, case, id),
    )
    .await
}

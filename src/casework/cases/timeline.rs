//! Everything that happened on a case, from the records themselves. Ids are in the order of recording, so a page is the
//! newest of each kind merged: one statement a kind, however long the case. Each kind is read the way that its own list is
//! read, so that nothing shows here that does not show there.

use actix_web::get;
use diesel::prelude::*;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::caused::CausedEnquiry;
use super::model::Enquiry;
use super::reach::{Reached, reach};
use crate::act::Act;
use crate::casework::actions::ActionRow;
use crate::casework::advocacy::model::Assignment;
use crate::casework::advocacy::needs::Need;
use crate::casework::capacity::assessments::Assessment;
use crate::casework::capacity::decisions::BestInterestsDecision;
use crate::casework::contacts::model::Contact;
use crate::casework::disagreements::Disagreement;
use crate::casework::feedback::FeedbackRow;
use crate::casework::informed::Informed;
use crate::casework::links::Link;
use crate::casework::meetings::MeetingRow;
use crate::casework::outcomes::model::Outcome;
use crate::casework::owner::Owner;
use crate::casework::persons_of_concern::PersonOfConcern;
use crate::casework::plans::model::PlanRow;
use crate::casework::record::{self, OwnedRow};
use crate::casework::responses::Response;
use crate::casework::risks::Risk;
use crate::casework::sharing_decisions::SharingDecision;
use crate::casework::wishes::Wish;
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::CasePath;
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Action;
use crate::problem::Problem;
use crate::schema::casework::{
    case_transitions, desired_outcomes, meetings, outcome_achievements, outcome_revisions,
};
use crate::schema::meetings::{meeting_discussions, plan_versions, plans};

/// Something that happened.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Happening {
    /// The record's id.
    pub id: Id,
    /// What was recorded.
    #[schema(example = "desired_outcome")]
    pub resource: String,
    /// When it happened, where the record says so; else when it was recorded.
    pub at: UtcTime,
    /// When it was recorded.
    pub recorded_at: UtcTime,
    /// By whom.
    pub recorded_by: Id,
    /// Where it stands, where it has a place of its own.
    pub href: Option<String>,
}

/// A record as it stands in the timeline: its id, when it happened, when it was recorded, and by whom.
type Found = (Id, UtcTime, UtcTime, Id);

struct Kind {
    resource: &'static str,
    path: Option<&'static str>,
    action: Action,
    page: fn(&mut Act, &Reached, &PageRequest) -> Result<Vec<Found>, Problem>,
}

/// Records of a case, read as their own list reads them: what does not show there does not show here.
fn of_rows<R: OwnedRow<Owner = Reached>>(
    act: &mut Act,
    case: &Reached,
    page: &PageRequest,
    at: impl Fn(&R) -> UtcTime,
) -> Result<Vec<Found>, Problem> {
    let rows = record::rows_to_merge::<R>(act, case, page)?;
    let found = rows.iter().map(|row| {
        let head = row.head();
        (head.id, at(row), head.created_at, head.created_by)
    });
    Ok(found.collect())
}

/// A kind whose rows belong to the case, by the declaration of its row; and when what it tells happened.
macro_rules! rows {
    ($row:ty, $at:expr, $resource:literal, $path:expr, $action:ident) => {
        Kind {
            resource: $resource,
            path: $path,
            action: Action::$action,
            page: |act, case, page| of_rows::<$row>(act, case, page, $at),
        }
    };
}

/// A kind whose rows are parts of other records, and show as those do.
macro_rules! parts {
    ($table:ident of $owner:ident in $owners:ident, $at:expr, $resource:literal, $action:ident) => {
        Kind {
            resource: $resource,
            path: None,
            action: Action::$action,
            page: |act, case, page| {
                let mut query = $table::table.filter($table::case_id.eq(case.row.id)).into_boxed();
                if !case.shows_errors() {
                    let standing: Vec<Id> = $owners::table
                        .filter($owners::case_id.eq(case.row.id))
                        .filter($owners::entered_in_error.is_null())
                        .select($owners::id)
                        .load(act.conn)?;
                    query = query.filter($table::$owner.one_of(standing));
                }
                let columns = ($table::id, $at, $table::created_at, $table::created_by);
                Ok(crate::paged!(query, $table, created_at, page)
                    .select(columns)
                    .load(act.conn)?)
            },
        }
    };
}

fn transitions(act: &mut Act, case: &Reached, page: &PageRequest) -> Result<Vec<Found>, Problem> {
    let query = case_transitions::table
        .filter(case_transitions::case_id.eq(case.row.id))
        .into_boxed();
    let columns = (
        case_transitions::id,
        case_transitions::effective_at,
        case_transitions::recorded_at,
        case_transitions::recorded_by,
    );
    Ok(crate::paged!(query, case_transitions, recorded_at, page)
        .select(columns)
        .load(act.conn)?)
}

fn kinds() -> [Kind; 25] {
    [
        Kind {
            resource: "transition",
            path: None,
            action: Action::CasesRead,
            page: transitions,
        },
        rows!(
            Enquiry,
            |row| row.created_at,
            "enquiry",
            Some("enquiries"),
            EnquiriesRead
        ),
        rows!(
            CausedEnquiry,
            |row| row.created_at,
            "caused_enquiry",
            Some("caused-enquiries"),
            CausedEnquiriesRead
        ),
        rows!(Contact, |row| row.at, "contact", Some("contacts"), ContactsRead),
        rows!(
            Outcome,
            |row| row.said_at,
            "desired_outcome",
            Some("desired-outcomes"),
            OutcomesRead
        ),
        parts!(outcome_revisions of outcome_id in desired_outcomes, outcome_revisions::said_at, "revision", OutcomesRead),
        parts!(outcome_achievements of outcome_id in desired_outcomes, outcome_achievements::created_at, "achievement", AchievementsRead),
        rows!(Wish, |row| row.created_at, "wish", Some("wishes"), WishesRead),
        rows!(
            Assessment,
            |row| row.created_at,
            "capacity_assessment",
            Some("capacity-assessments"),
            CapacityRead
        ),
        rows!(
            BestInterestsDecision,
            |row| row.created_at,
            "best_interests_decision",
            Some("best-interests-decisions"),
            CapacityRead
        ),
        rows!(
            Need,
            |row| row.created_at,
            "advocacy_need",
            Some("advocacy-needs"),
            AdvocacyNeedsRead
        ),
        rows!(
            Assignment,
            |row| row.created_at,
            "advocacy_assignment",
            Some("advocacy-assignments"),
            AssignmentsRead
        ),
        rows!(
            MeetingRow,
            |row| row.created_at,
            "meeting",
            Some("meetings"),
            MeetingsRead
        ),
        Kind {
            resource: "discussion",
            path: None,
            action: Action::DiscussionsRead,
            page: discussions,
        },
        rows!(PlanRow, |row| row.created_at, "plan", Some("plans"), PlansRead),
        parts!(plan_versions of plan_id in plans, plan_versions::created_at, "plan_version", PlansRead),
        rows!(
            Response,
            |row| row.created_at,
            "response",
            Some("responses"),
            ResponsesRead
        ),
        rows!(
            ActionRow,
            |row| row.created_at,
            "action",
            Some("actions"),
            ActionsRead
        ),
        rows!(Risk, |row| row.created_at, "risk", Some("risks"), RisksRead),
        rows!(
            Disagreement,
            |row| row.created_at,
            "disagreement",
            Some("disagreements"),
            DisagreementsRead
        ),
        rows!(
            PersonOfConcern,
            |row| row.created_at,
            "person_of_concern",
            Some("persons-of-concern"),
            PersonsOfConcernRead
        ),
        rows!(
            SharingDecision,
            |row| row.created_at,
            "sharing_decision",
            Some("sharing-decisions"),
            SharingRead
        ),
        rows!(
            Informed,
            |row| row.created_at,
            "informed",
            Some("informed"),
            InformedRead
        ),
        rows!(Link, |row| row.created_at, "link", Some("links"), LinksRead),
        rows!(
            FeedbackRow,
            |row| row.created_at,
            "feedback",
            Some("feedback"),
            FeedbackRead
        ),
    ]
}

/// Discussions can be entered in error themselves, and go with the meeting that was.
fn discussions(act: &mut Act, case: &Reached, page: &PageRequest) -> Result<Vec<Found>, Problem> {
    let mut query = meeting_discussions::table
        .filter(meeting_discussions::case_id.eq(case.row.id))
        .into_boxed();
    if !case.shows_errors() {
        let standing: Vec<Id> = meetings::table
            .filter(meetings::case_id.eq(case.row.id))
            .filter(meetings::entered_in_error.is_null())
            .select(meetings::id)
            .load(act.conn)?;
        query = query
            .filter(meeting_discussions::entered_in_error.is_null())
            .filter(meeting_discussions::meeting_id.one_of(standing));
    }
    let columns = (
        meeting_discussions::id,
        meeting_discussions::at,
        meeting_discussions::created_at,
        meeting_discussions::created_by,
    );
    Ok(crate::paged!(query, meeting_discussions, created_at, page)
        .select(columns)
        .load(act.conn)?)
}

fn read(act: &mut Act, id: Id, page: &PageRequest) -> Result<Rows<Happening>, Problem> {
    let case = reach(act, id)?;
    let mut all = Vec::new();
    for kind in kinds() {
        if !kind.action.permits(case.standing) {
            continue;
        }
        let rows = (kind.page)(act, &case, page)?;
        all.extend(rows.into_iter().map(|(id, at, recorded_at, recorded_by)| {
            Happening {
                id,
                resource: kind.resource.to_owned(),
                at,
                recorded_at,
                recorded_by,
                href: kind
                    .path
                    .map(|path| format!("/v1/cases/{}/{path}/{id}", case.row.id)),
            }
        }));
    }
    all.sort_by_key(|happening| happening.id);
    if page.newest_first {
        all.reverse();
    }
    Ok(Rows::cut(all, page, |happening| happening.id))
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(get_timeline);
}

/// Read what happened on a case
///
/// Every step and record that the caller may read, in the order of recording, each with when it happened.
#[utoipa::path(
    operation_id = "listTimeline",
    tag = "Cases",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of what happened", body = Page<Happening>)),
    extensions(("x-permission" = json!("timeline.read")))
)]
#[get("/v1/cases/{caseId}/timeline")]
pub async fn get_timeline(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| read(act, case, page))
        .await
}

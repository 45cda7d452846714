//! Everything that happened on a case, from the records themselves. Ids are in the order of recording, so a page is the
//! newest of each kind merged: one statement a kind, however long the case.

use actix_web::get;
use diesel::prelude::*;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::reach::reach;
use crate::act::Act;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::CasePath;
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Action;
use crate::problem::Problem;
use crate::schema::actions::actions;
use crate::schema::case_life::caused_enquiries;
use crate::schema::casework::{
    advocacy_assignments, advocacy_needs, case_transitions, desired_outcomes, enquiries, feedback, meetings,
    outcome_achievements, outcome_revisions,
};
use crate::schema::contacts::contacts;
use crate::schema::meetings::{meeting_discussions, plan_versions, plans, responses};
use crate::schema::records::{
    best_interests_decisions, capacity_assessments, case_links, disagreements, informed_records,
    persons_of_concern, risks, sharing_decisions, wishes,
};

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

type Found = (Id, UtcTime, UtcTime, Id);

/// Answers the rows of one kind: its id, when it happened, when and by whom it was recorded.
macro_rules! kinds {
    ($($table:ident, $recorded_at:ident, $recorded_by:ident, $at:expr, $resource:literal, $path:expr, $action:ident;)+) => {
        fn kinds() -> Vec<Kind> {
            vec![$(Kind {
                resource: $resource,
                path: $path,
                action: Action::$action,
                page: |conn, case, page| {
                    let query = $table::table.filter($table::case_id.eq(case)).into_boxed();
                    crate::paged!(query, $table, $recorded_at, page)
                        .select(($table::id, $at, $table::$recorded_at, $table::$recorded_by))
                        .load(conn)
                },
            }),+]
        }
    };
}

struct Kind {
    resource: &'static str,
    path: Option<&'static str>,
    action: Action,
    page: fn(&mut Connection, Id, &PageRequest) -> QueryResult<Vec<Found>>,
}

kinds! {
    case_transitions, recorded_at, recorded_by, case_transitions::effective_at, "transition", None, CasesRead;
    enquiries, created_at, created_by, enquiries::created_at, "enquiry", Some("enquiries"), EnquiriesRead;
    caused_enquiries, created_at, created_by, caused_enquiries::created_at, "caused_enquiry", Some("caused-enquiries"), CausedEnquiriesRead;
    contacts, created_at, created_by, contacts::at, "contact", Some("contacts"), ContactsRead;
    desired_outcomes, created_at, created_by, desired_outcomes::said_at, "desired_outcome", Some("desired-outcomes"), OutcomesRead;
    outcome_revisions, created_at, created_by, outcome_revisions::said_at, "revision", None, OutcomesRead;
    outcome_achievements, created_at, created_by, outcome_achievements::created_at, "achievement", None, AchievementsRead;
    wishes, created_at, created_by, wishes::created_at, "wish", Some("wishes"), WishesRead;
    capacity_assessments, created_at, created_by, capacity_assessments::created_at, "capacity_assessment", Some("capacity-assessments"), CapacityRead;
    best_interests_decisions, created_at, created_by, best_interests_decisions::created_at, "best_interests_decision", Some("best-interests-decisions"), CapacityRead;
    advocacy_needs, created_at, created_by, advocacy_needs::created_at, "advocacy_need", Some("advocacy-needs"), AdvocacyNeedsRead;
    advocacy_assignments, created_at, created_by, advocacy_assignments::created_at, "advocacy_assignment", Some("advocacy-assignments"), AssignmentsRead;
    meetings, created_at, created_by, meetings::created_at, "meeting", Some("meetings"), MeetingsRead;
    meeting_discussions, created_at, created_by, meeting_discussions::at, "discussion", None, DiscussionsRead;
    plans, created_at, created_by, plans::created_at, "plan", Some("plans"), PlansRead;
    plan_versions, created_at, created_by, plan_versions::created_at, "plan_version", None, PlansRead;
    responses, created_at, created_by, responses::created_at, "response", Some("responses"), ResponsesRead;
    actions, created_at, created_by, actions::created_at, "action", Some("actions"), ActionsRead;
    risks, created_at, created_by, risks::created_at, "risk", Some("risks"), RisksRead;
    disagreements, created_at, created_by, disagreements::created_at, "disagreement", Some("disagreements"), DisagreementsRead;
    persons_of_concern, created_at, created_by, persons_of_concern::created_at, "person_of_concern", Some("persons-of-concern"), PersonsOfConcernRead;
    sharing_decisions, created_at, created_by, sharing_decisions::created_at, "sharing_decision", Some("sharing-decisions"), SharingRead;
    informed_records, created_at, created_by, informed_records::created_at, "informed", Some("informed"), InformedRead;
    case_links, created_at, created_by, case_links::created_at, "link", Some("links"), LinksRead;
    feedback, created_at, created_by, feedback::created_at, "feedback", Some("feedback"), FeedbackRead;
}

fn read(act: &mut Act, id: Id, page: &PageRequest) -> Result<Rows<Happening>, Problem> {
    let case = reach(act, id)?;
    let mut all = Vec::new();
    for kind in kinds() {
        if !kind.action.permits(case.standing) {
            continue;
        }
        let rows = (kind.page)(act.conn, case.row.id, page)?;
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

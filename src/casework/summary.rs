//! A case in one call: what a worker reads before the door is opened. A fixed number of statements however much the
//! case holds, only the parts the caller may read, and a tag that moves with any of them.

use actix_web::get;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{ActionRow, ActionView};
use super::advocacy::needs::{Need, NeedView};
use super::advocacy::service::{self as advocacy, AssignmentView};
use super::capacity::assessments::{Assessment, CapacityAssessmentView};
use super::cases::dto::CaseView;
use super::cases::reach::{Reached, reach};
use super::cases::reachable;
use super::cases::service as cases;
use super::contacts::dto::ContactView;
use super::contacts::service as contacts;
use super::meetings::{MeetingRow, MeetingView};
use super::outcomes::dto::OutcomeView;
use super::outcomes::service as outcomes;
use super::record::{self, Record};
use super::risks::{Risk, RiskView};
use super::wishes::{Wish, WishView};
use crate::act::Act;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::CasePath;
use crate::ids::Id;
use crate::page::PageRequest;
use crate::policy::{Action, scope};
use crate::problem::Problem;
use crate::secrets;

/// Records of one kind in a summary at most, newest first; the lists have the rest.
const MOST: i64 = 50;

/// A case with its records, newest first, at most fifty of a kind. A part that is absent is not for this reader.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseSummary {
    /// The case.
    pub case: CaseView,
    /// What the adult wants to happen.
    pub desired_outcomes: Option<Vec<OutcomeView>>,
    /// What matters to the adult.
    pub wishes: Option<Vec<WishView>>,
    /// Case notes.
    pub contacts: Option<Vec<ContactView>>,
    /// Capacity, decision by decision.
    pub capacity_assessments: Option<Vec<CapacityAssessmentView>>,
    /// Whether an advocate is needed.
    pub advocacy_needs: Option<Vec<NeedView>>,
    /// Who advocates.
    pub advocacy_assignments: Option<Vec<AssignmentView>>,
    /// Meetings.
    pub meetings: Option<Vec<MeetingView>>,
    /// Risks.
    pub risks: Option<Vec<RiskView>>,
    /// Actions.
    pub actions: Option<Vec<ActionView>>,
    /// The case's own version.
    pub version: i64,
    #[serde(skip)]
    mark: String,
}

impl View for CaseSummary {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(self.mark.clone())
    }
}

/// Reads a case with its records.
pub fn read(act: &mut Act, id: Id) -> Result<CaseSummary, Problem> {
    let case = reach(act, id)?;
    let newest = PageRequest {
        limit: MOST,
        after: None,
        newest_first: true,
        updated_since: None,
    };
    let mut summary = CaseSummary {
        desired_outcomes: if readable(act, &case, Action::OutcomesRead)? {
            Some(outcomes::all(act, &case)?)
        } else {
            None
        },
        wishes: part::<Wish>(act, &case, Action::WishesRead, &newest)?,
        contacts: match readable(act, &case, Action::ContactsRead)? {
            true => Some(contacts::page_of(act, &case, &newest)?.items),
            false => None,
        },
        capacity_assessments: part::<Assessment>(act, &case, Action::CapacityRead, &newest)?,
        advocacy_needs: part::<Need>(act, &case, Action::AdvocacyNeedsRead, &newest)?,
        advocacy_assignments: match readable(act, &case, Action::AssignmentsRead)? {
            true => Some(advocacy::page_of(act, &case, &newest)?.items),
            false => None,
        },
        meetings: part::<MeetingRow>(act, &case, Action::MeetingsRead, &newest)?,
        risks: part::<Risk>(act, &case, Action::RisksRead, &newest)?,
        actions: part::<ActionRow>(act, &case, Action::ActionsRead, &newest)?,
        version: case.row.version,
        case: cases::view(act, case)?,
        mark: String::new(),
    };
    let json =
        serde_json::to_string(&summary).map_err(|error| Problem::caused("the summary's mark", &error))?;
    summary.mark = secrets::digest_of(json.as_bytes()).chars().take(12).collect();
    Ok(summary)
}

/// Whether the caller may read a part of the case. Who has only parts of it is asked for each.
fn readable(act: &mut Act, case: &Reached, action: Action) -> Result<bool, Problem> {
    Ok(match case.standing.has_only_parts() {
        true => reachable::find(act.conn, &scope(act.caller, action), case.row.id)?.is_some(),
        false => action.permits(case.standing),
    })
}

fn part<R: Record<Owner = Reached>>(
    act: &mut Act,
    case: &Reached,
    action: Action,
    page: &PageRequest,
) -> Result<Option<Vec<R::View>>, Problem> {
    if !readable(act, case, action)? {
        return Ok(None);
    }
    let rows = record::rows_that_stand::<R>(act, case, page)?;
    Ok(Some(rows.map(|row| row.shown(case)).items))
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(get_summary);
}

/// Read a case in one call
///
/// The case with its records, newest first, as much of it as the caller may read. Its tag moves with any part.
#[utoipa::path(
    operation_id = "getCaseSummary",
    tag = "Cases",
    params(CasePath),
    responses((status = 200, description = "The case with its records", body = CaseSummary)),
    extensions(("x-permission" = json!("cases.read")))
)]
#[get("/v1/cases/{caseId}/summary")]
pub async fn get_summary(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.read(move |act| read(act, case)).await
}

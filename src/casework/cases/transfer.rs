//! A case goes to another authority of the deployment, and cases of several adults belong together.

use actix_web::post;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::exclusions;
use super::reach::{reach, reach_for};
use super::service::{self, Opening};
use super::store;
use crate::act::Act;
use crate::body::Body;
use crate::casework::adults::needs;
use crate::casework::cases::reach::Reached;
use crate::casework::left_to_act::{self, On};
use crate::casework::outcomes::dto::NewOutcome;
use crate::casework::outcomes::model::{ExpressedBy, OutcomeStatus};
use crate::casework::outcomes::{service as outcomes, store as outcome_store};
use crate::db::types::Json;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{CasePath, IfMatchHeader};
use crate::ids::Id;
use crate::people::adults::{self, Adult};
use crate::people::authorities;
use crate::policy::{Action, Standing};
use crate::problem::{Fault, Problem};

/// Where a case goes, and what the adult says to it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"toAuthority": "eastmoor", "reason": "She moved to Eastmoor", "adultView": "Content, if her words go with her"}))]
pub struct Transfer {
    /// The authority it goes to.
    #[schema(min_length = 1, max_length = 40)]
    pub to_authority: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
    /// What the adult says to it.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view: Option<String>,
    /// Why the adult was not asked.
    #[schema(min_length = 1, max_length = 2000)]
    pub adult_view_not_sought_reason: Option<String>,
}

/// A case that another belongs together with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"caseId": "01890000-0000-7000-8000-000000000001"}))]
pub struct Grouping {
    /// The other case.
    pub case_id: Id,
}

/// Transfers a case. The other authority gets a case of its own with its own record of the adult, and the adult's current
/// words; this one stays as history. Safe addresses do not travel: they are shared by decision.
fn transfer(act: &mut Act, id: Id, body: &Body<Transfer>) -> Result<Id, Problem> {
    let mut case = reach(act, id)?.row;
    act.expect_version(case.version)?;
    let serves = match body.value() {
        Some(wanted) => authorities::exists(act.conn, &wanted.to_authority)?,
        None => true,
    };
    let wanted = body
        .checked(|wanted| {
            let mut faults = Vec::new();
            if !serves || wanted.to_authority == case.authority {
                faults.push(Fault::at(
                    "/toAuthority",
                    "unknown",
                    "This deployment serves no such other authority.",
                ));
            }
            if wanted.adult_view.is_none() && wanted.adult_view_not_sought_reason.is_none() {
                faults.push(Fault::required(
                    "/adultView",
                    "Say what the adult says to it, or in adultViewNotSoughtReason why they were not asked.",
                ));
            }
            faults
        })?
        .clone();
    let adult = match case.adult_id {
        Some(adult) => Some(travelling(act, adult, &wanted.to_authority)?),
        None => None,
    };
    let opened = service::open(
        act,
        Opening {
            authority: wanted.to_authority.clone(),
            adult,
            allocated_to: None,
            allocated_team: None,
            group: None,
            transferred_from: Some(case.id),
        },
    )?;
    let words = outcome_store::all(act.conn, case.id)?;
    let arrived = Reached {
        row: opened.clone(),
        standing: Standing::Manager,
        partner: None,
    };
    for outcome in words
        .into_iter()
        .filter(|outcome| outcome.status == OutcomeStatus::Current)
    {
        act.new_id = Id::new();
        // What was decided in a best-interests decision is decided anew where it can be judged.
        if outcome.expressed_by != ExpressedBy::BestInterests {
            let words = NewOutcome {
                local_suggestion_codes: vec![],
                own_words: outcome.own_words,
                expressed_by: outcome.expressed_by,
                communicated_by: outcome.communicated_by,
                suggestion_codes: outcome.suggestion_codes.0,
                how_we_can_help: outcome.how_we_can_help,
                priority: outcome.priority,
                said_at: Some(outcome.said_at),
                best_interests_decision_id: None,
            };
            outcomes::append(act, &arrived, &words)?;
        }
    }
    left_to_act::refuse_nobody(act, On::Case(opened.id))?;
    case.transferred_to = Some(opened.id);
    case.transfer = Some(Json(
        serde_json::to_value(&wanted).map_err(|error| Problem::caused("a transfer", &error))?,
    ));
    store::save(act, &mut case)?;
    act.emit(
        "case",
        "transferred",
        case.id,
        case.version,
        &case.authority,
        Some(case.id),
    )?;
    Ok(case.id)
}

/// The other authority's own record of the adult: who they are and how to communicate with them.
fn travelling(act: &mut Act, adult: Id, authority: &str) -> Result<Id, Problem> {
    let known = crate::casework::adults::store::any(act.conn, adult)?.ok_or_else(Problem::not_found)?;
    let record = Adult {
        postcode: None,
        merged_into: None,
        alerts: Json(vec![]),
        ..known
    };
    let fresh = Adult::new(Id::new(), authority, act.caller.id, act.now);
    let record = Adult {
        id: fresh.id,
        authority: fresh.authority,
        version: 1,
        created_at: act.now,
        created_by: act.caller.id,
        updated_at: act.now,
        updated_by: act.caller.id,
        ..record
    }
    .keyed();
    adults::insert(act.conn, &record)?;
    needs::copy(act, adult, (record.id, authority))?;
    Ok(record.id)
}

fn group(act: &mut Act, id: Id, body: &Body<Grouping>) -> Result<Id, Problem> {
    let mut case = reach(act, id)?.row;
    act.expect_version(case.version)?;
    let wanted = body.valid()?.case_id;
    if wanted == case.id {
        return Err(no_such_case("/caseId"));
    }
    let group = group_of(act, wanted, &case.authority, "/caseId")?;
    if case.case_group_id != Some(group) {
        case.case_group_id = Some(group);
        store::save(act, &mut case)?;
        exclusions::refresh_around(act, &[], &[case.id, wanted])?;
    }
    Ok(case.id)
}

fn no_such_case(pointer: &str) -> Problem {
    Problem::invalid(vec![Fault::at(
        pointer,
        "unknown",
        "There is no such other case in this authority.",
    )])
}

/// The group of a case that was named at `pointer`, begun if it has none.
pub fn group_of(act: &mut Act, case: Id, authority: &str, pointer: &str) -> Result<Id, Problem> {
    let mut other = reach_for(act, case, Action::CasesGroup)
        .map_err(|problem| problem.if_hidden(|| no_such_case(pointer)))?
        .row;
    if other.authority != authority {
        return Err(no_such_case(pointer));
    }
    if let Some(group) = other.case_group_id {
        return Ok(group);
    }
    let group = store::begin_group(act, authority)?;
    other.case_group_id = Some(group);
    store::save(act, &mut other)?;
    Ok(group)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(transfer_case).service(group_cases);
}

/// Transfer a case to another authority
///
/// The other authority gets a case and a record of the adult of its own, with the adult's current words; this one stays as
/// history, read only.
#[utoipa::path(
    operation_id = "transferCase",
    tag = "Cases",
    params(CasePath, IfMatchHeader),
    request_body = Transfer,
    responses((status = 200, description = "The case as it stays", body = super::dto::CaseView)),
    extensions(("x-permission" = json!("cases.transfer")))
)]
#[post("/v1/cases/{caseId}/transfer")]
pub async fn transfer_case(call: Call, ids: Ids<1>, body: Body<Transfer>) -> Reply {
    let Ids([case]) = ids;
    call.change(
        body,
        move |act, body| transfer(act, case, body),
        |act, id| {
            let case = reach_for(act, id, Action::CasesRead)?;
            service::view(act, case)
        },
    )
    .await
}

/// Put a case into one group with another
///
/// The cases of several adults of one organisational concern; `GET /v1/cases?caseGroupId=` lists them.
#[utoipa::path(
    operation_id = "groupCase",
    tag = "Cases",
    params(CasePath, IfMatchHeader),
    request_body = Grouping,
    responses((status = 200, description = "The case", body = super::dto::CaseView)),
    extensions(("x-permission" = json!("cases.group")))
)]
#[post("/v1/cases/{caseId}/group")]
pub async fn group_cases(call: Call, ids: Ids<1>, body: Body<Grouping>) -> Reply {
    let Ids([case]) = ids;
    call.change(body, move |act, body| group(act, case, body), service::get)
        .await
}

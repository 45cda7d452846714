//! `/v1/adults`.

use actix_web::{get, patch, post};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::{AdultCore, AdultSummary, AdultView, NewAdult};
use super::merging::{self, Merge, Merges, Unmerge};
use super::search::{self, AdultSearch, AdultsFound};
use super::service;
use crate::body::{Body, Patch};
use crate::casework::referrals::dto::Candidate;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{AdultPath, IfMatchHeader};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_adults)
        .service(create_adult)
        .service(search_adults)
        .service(get_adult)
        .service(amend_adult)
        .service(list_possible_matches)
        .service(list_merges)
        .service(merge_adults)
        .service(unmerge_adults);
}

/// List adults
///
/// Those of the authority; merged records are left out. To find one, search. Who works on a case reads its adult.
#[utoipa::path(
    operation_id = "listAdults",
    tag = "Adults",
    params(PageParams),
    responses((status = 200, description = "A page of adults", body = Page<AdultSummary>)),
    extensions(("x-permission" = json!("adults.search")))
)]
#[get("/v1/adults")]
pub async fn list_adults(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| service::list(act, page))
        .await
}

/// Make a record of an adult
///
/// Outside triage. Where another record is much alike, the candidates are answered instead, unless `newAdult` is true.
#[utoipa::path(
    operation_id = "createAdult",
    tag = "Adults",
    request_body = NewAdult,
    responses((status = 201, description = "The adult", body = AdultView)),
    extensions(("x-permission" = json!("adults.create")))
)]
#[post("/v1/adults")]
pub async fn create_adult(call: Call, body: Body<NewAdult>) -> Reply {
    call.create(body, service::create, service::get).await
}

/// Search adults
///
/// By two criteria at least, in the body and never in a URL. What is searched is audited; what was searched for is not
/// kept. At most 50 are answered.
#[utoipa::path(
    operation_id = "searchAdults",
    tag = "Adults",
    request_body = AdultSearch,
    responses((status = 200, description = "Who was found", body = AdultsFound)),
    extensions(("x-permission" = json!("adults.search")))
)]
#[post("/v1/adults/search")]
pub async fn search_adults(call: Call, body: Body<AdultSearch>) -> Reply {
    call.ask(body, search::search).await
}

/// Read an adult
///
/// With how to communicate with them. A confidential address stands with the contact points, for those with the right to it.
#[utoipa::path(
    operation_id = "getAdult",
    tag = "Adults",
    params(AdultPath),
    responses((status = 200, description = "The adult", body = AdultView)),
    extensions(("x-permission" = json!("adults.read")))
)]
#[get("/v1/adults/{adultId}")]
pub async fn get_adult(call: Call, ids: Ids<1>) -> Reply {
    let Ids([adult]) = ids;
    call.read(move |act| service::get(act, adult)).await
}

/// Amend an adult
///
/// By a merge patch. A date of death ends no case.
#[utoipa::path(
    operation_id = "amendAdult",
    tag = "Adults",
    params(AdultPath, IfMatchHeader),
    request_body = Patch<AdultCore>,
    responses((status = 200, description = "The adult", body = AdultView)),
    extensions(("x-permission" = json!("adults.amend")))
)]
#[patch("/v1/adults/{adultId}")]
pub async fn amend_adult(call: Call, ids: Ids<1>, body: Body<Patch<AdultCore>>) -> Reply {
    let Ids([adult]) = ids;
    call.change(
        body,
        move |act, body| service::amend(act, adult, body),
        service::get,
    )
    .await
}

/// Records that may be the same person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PossibleMatches {
    /// The records, each with what it has in common.
    pub items: Vec<Candidate>,
}

impl View for PossibleMatches {
    fn version(&self) -> i64 {
        1
    }

    fn derived_mark(&self) -> Option<String> {
        Some(
            self.items
                .iter()
                .map(|item| item.id.to_string())
                .collect::<Vec<_>>()
                .join("."),
        )
    }
}

/// List possible matches
///
/// Records of the same authority that are likely the same person, and why: an NHS number or another identifier in common,
/// or two of family name, date of birth and postcode. For staff alone: a referrer never learns that a person is known.
#[utoipa::path(
    operation_id = "listPossibleMatches",
    tag = "Adults",
    params(AdultPath),
    responses((status = 200, description = "The records", body = PossibleMatches)),
    extensions(("x-permission" = json!("adults.search")))
)]
#[get("/v1/adults/{adultId}/possible-matches")]
pub async fn list_possible_matches(call: Call, ids: Ids<1>) -> Reply {
    let Ids([adult]) = ids;
    call.read(move |act| {
        Ok(PossibleMatches {
            items: service::possible_matches(act, adult)?,
        })
    })
    .await
}

impl View for Merges {
    fn version(&self) -> i64 {
        1
    }

    fn derived_mark(&self) -> Option<String> {
        let taken_back = self.items.iter().filter(|merge| merge.unmerged_at.is_some());
        Some(format!("{}.{}", self.items.len(), taken_back.count()))
    }
}

/// Read the trail of merges
///
/// What went into this record or out of it, when, by whom and why.
#[utoipa::path(
    operation_id = "listMerges",
    tag = "Adults",
    params(AdultPath),
    responses((status = 200, description = "The trail", body = Merges)),
    extensions(("x-permission" = json!("adults.merge")))
)]
#[get("/v1/adults/{adultId}/merge")]
pub async fn list_merges(call: Call, ids: Ids<1>) -> Reply {
    let Ids([adult]) = ids;
    call.read(move |act| merging::trail(act, adult)).await
}

/// Merge a duplicate into this record
///
/// Its cases move here; the duplicate stays readable and says where it went.
#[utoipa::path(
    operation_id = "mergeAdults",
    tag = "Adults",
    params(AdultPath, IfMatchHeader),
    request_body = Merge,
    responses((status = 200, description = "The adult", body = AdultView)),
    extensions(("x-permission" = json!("adults.merge")))
)]
#[post("/v1/adults/{adultId}/merge")]
pub async fn merge_adults(call: Call, ids: Ids<1>, body: Body<Merge>) -> Reply {
    let Ids([adult]) = ids;
    call.change(
        body,
        move |act, body| merging::merge(act, adult, body),
        service::get,
    )
    .await
}

/// Take a merge back
///
/// Exactly the cases that moved move back.
#[utoipa::path(
    operation_id = "unmergeAdults",
    tag = "Adults",
    params(AdultPath, IfMatchHeader),
    request_body = Unmerge,
    responses((status = 200, description = "The adult", body = AdultView)),
    extensions(("x-permission" = json!("adults.merge")))
)]
#[post("/v1/adults/{adultId}/unmerge")]
pub async fn unmerge_adults(call: Call, ids: Ids<1>, body: Body<Unmerge>) -> Reply {
    let Ids([adult]) = ids;
    call.change(
        body,
        move |act, body| merging::unmerge(act, adult, body),
        service::get,
    )
    .await
}

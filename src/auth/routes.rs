//! Reading who one is.

use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::Act;
use crate::casework::cases::access;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::ids::Id;
use crate::policy::{RoleGrant, Standing};
use crate::problem::Problem;

/// Who is calling.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Id of the user or client.
    pub id: Id,
    /// Name.
    pub name: String,
    /// `user` or `client`.
    pub kind: &'static str,
    /// Roles of a user, each in an authority.
    pub roles: Vec<RoleGrant>,
    /// The caller's agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency_id: Option<Id>,
    /// Scopes of a client.
    pub scopes: Vec<String>,
    /// Cases this person was given access to, and as what.
    pub cases: Vec<MyCase>,
    /// For whoever belongs to an agency: with each authority that they serve or have a role in, whether its
    /// information-sharing agreement is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Vec<SharingAgreement>>,
}

/// A case one was given access to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyCase {
    /// The case.
    pub id: Id,
    /// What the caller is to it.
    pub relationship: String,
}

/// An information-sharing agreement with one authority.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharingAgreement {
    /// The authority.
    #[schema(example = "northbank")]
    pub authority: String,
    /// Reads need one in force; referrals always land.
    pub in_force: bool,
}

impl View for Me {
    fn version(&self) -> i64 {
        1
    }

    fn derived_mark(&self) -> Option<String> {
        let json = serde_json::to_string(self).unwrap_or_default();
        Some(
            crate::secrets::digest_of(json.as_bytes())
                .chars()
                .take(8)
                .collect(),
        )
    }
}

/// Read who one is
///
/// The caller as this server knows it: roles, scopes and the cases it was given access to.
#[utoipa::path(
    operation_id = "getMe",
    tag = "Signing in",
    responses((status = 200, description = "The caller", body = Me)),
    extensions(("x-permission" = json!("me.read")))
)]
#[get("/v1/me")]
pub async fn me(call: Call) -> Reply {
    call.read(who_is_calling).await
}

fn who_is_calling(act: &mut Act) -> Result<Me, Problem> {
    let caller = act.caller;
    let by_grant = [Standing::Adult, Standing::Representative, Standing::Advocate];
    let asks_by_grant = by_grant.iter().any(|standing| caller.could_be(*standing));
    let granted = match asks_by_grant {
        true => access::shown_to(
            act.conn,
            (caller.id, caller.agency_id.unwrap_or(caller.id)),
            (act.now, 100),
        )?,
        false => vec![],
    };
    let of_an_agency = caller.agency_id.is_some();
    let mut authorities = caller.authorities.clone();
    authorities.extend(caller.roles.iter().map(|grant| grant.authority.clone()));
    authorities.extend(caller.agreements.iter().cloned());
    authorities.sort();
    authorities.dedup();
    let agreements = authorities.into_iter().map(|authority| SharingAgreement {
        in_force: caller.agreements.contains(&authority),
        authority,
    });
    Ok(Me {
        id: caller.id,
        name: caller.name.clone(),
        kind: caller.kind.as_str(),
        roles: caller.roles.clone(),
        agency_id: caller.agency_id,
        scopes: caller.scopes.clone(),
        cases: granted
            .into_iter()
            .map(|given| MyCase {
                id: given.case_id,
                relationship: given.relationship.as_str().to_owned(),
            })
            .collect(),
        agreement: of_an_agency.then(|| agreements.collect()),
    })
}

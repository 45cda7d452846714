//! Who works on a case, and allocating it.

use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{self, Holder};
use super::reach::{Reached, reach};
use super::{exclusions, protections, store};
use crate::act::Act;
use crate::body::Body;
use crate::casework::access::grants;
use crate::casework::left_to_act::{self, On};
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{CasePath, IfMatchHeader};
use crate::ids::Id;
use crate::people::users;
use crate::problem::{Fault, Problem};
use crate::secrets;

/// To whom a case is allocated.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"allocateTo": "01890000-0000-7000-8000-000000000001"}))]
pub struct Allocation {
    /// A practitioner.
    pub allocate_to: Option<Id>,
    /// A team.
    pub allocate_to_team: Option<Id>,
    /// Whether only those named may see the case; unchanged unless it is said. Who restricts it is named on it.
    pub restricted: Option<bool>,
}

/// Someone who works on a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamMember {
    /// The user.
    pub id: Id,
    /// Name.
    pub name: String,
    /// What they are to the case: `allocated`, `team` or `advocate`.
    #[schema(example = "allocated")]
    pub role: String,
}

/// Who works on a case.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseTeam {
    /// The practitioner it is allocated to.
    pub allocated_to: Option<Id>,
    /// The team it is allocated to.
    pub allocated_team: Option<Id>,
    /// Whether only those named may see the case.
    pub restricted: bool,
    /// The people.
    pub members: Vec<TeamMember>,
    /// The case's version: an allocation changes the case.
    pub version: i64,
}

impl View for CaseTeam {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        let people: Vec<String> = self
            .members
            .iter()
            .map(|member| format!("{} {} {}", member.id, member.name, member.role))
            .collect();
        Some(
            secrets::digest_of(people.join("\n").as_bytes())
                .chars()
                .take(8)
                .collect(),
        )
    }
}

fn read(act: &mut Act, id: Id) -> Result<CaseTeam, Problem> {
    let case = reach(act, id)?;
    shown(act, &case)
}

fn shown(act: &mut Act, case: &Reached) -> Result<CaseTeam, Problem> {
    let mut members: Vec<TeamMember> = Vec::new();
    let mut add = |people: Vec<(Id, String)>, role: &str| {
        for (id, name) in people {
            if members.iter().all(|member| member.id != id) {
                members.push(TeamMember {
                    id,
                    name,
                    role: role.to_owned(),
                });
            }
        }
    };
    if let Some(user) = case.row.allocated_to {
        add(users::names(act.conn, &[user])?, "allocated");
    }
    if let Some(team) = case.row.allocated_team {
        add(users::team_members(act.conn, team)?, "team");
    }
    for (entry, login, name) in store::advocates(act.conn, case.row.id)? {
        // Whose entry has no login of its own has one by an app for this case, or speaks through staff.
        let apps = access::accounts(act.conn, case.row.id, Holder::Advocate(entry))?;
        let account = login.or(apps.first().copied());
        add(vec![(account.unwrap_or(entry), name)], "advocate");
    }
    Ok(CaseTeam {
        allocated_to: case.row.allocated_to,
        allocated_team: case.row.allocated_team,
        restricted: case.row.restricted,
        members,
        version: case.row.version,
    })
}

fn allocate(act: &mut Act, id: Id, body: &Body<Allocation>) -> Result<Id, Problem> {
    let mut case = reach(act, id)?.row;
    act.expect_version(case.version)?;
    let mut faults = match body.value() {
        Some(wanted) => faults_of_allocation(
            act,
            &case.authority,
            (wanted.allocate_to, wanted.allocate_to_team),
        )?,
        None => vec![],
    };
    if let Some(user) = body.value().and_then(|wanted| wanted.allocate_to)
        && exclusions::keeps_from_case(act.conn, case.id, user)?
    {
        faults.push(excluded("/allocateTo"));
    }
    let wanted = body
        .checked(|wanted| {
            if wanted.allocate_to.is_none() && wanted.allocate_to_team.is_none() {
                faults.push(Fault::required(
                    "/allocateTo",
                    "Say to whom, a practitioner or a team.",
                ));
            }
            faults
        })?
        .clone();
    case.allocated_to = wanted.allocate_to;
    case.allocated_team = wanted.allocate_to_team;
    if let Some(restricted) = wanted.restricted {
        if restricted && !case.restricted {
            grants::name_self(act, &case)?;
        }
        if restricted != case.restricted {
            protections::leave_notice(act, &case)?;
        }
        case.restricted = restricted;
    }
    store::save(act, &mut case)?;
    left_to_act::refuse_nobody(act, On::Case(case.id))?;
    act.emit(
        "case",
        "allocated",
        case.id,
        case.version,
        &case.authority,
        Some(case.id),
    )?;
    Ok(case.id)
}

/// The fault of naming or allocating somebody whom a conflict keeps away.
pub fn excluded(pointer: &str) -> Fault {
    Fault::at(
        pointer,
        "excluded",
        "A conflict keeps this person away from the adult.",
    )
}

/// Whether these can be allocated a case of this authority.
pub fn faults_of_allocation(
    act: &mut Act,
    authority: &str,
    (user, team): (Option<Id>, Option<Id>),
) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    if let Some(user) = user
        && !users::does_casework(act.conn, user, authority)?
    {
        faults.push(Fault::at(
            "/allocateTo",
            "unknown",
            "There is no such practitioner in this authority.",
        ));
    }
    if let Some(team) = team
        && users::team_authority(act.conn, team)?.as_deref() != Some(authority)
    {
        faults.push(Fault::at(
            "/allocateToTeam",
            "unknown",
            "There is no such team in this authority.",
        ));
    }
    Ok(faults)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(get_team).service(allocate_case);
}

/// Read who works on a case
///
/// The allocated practitioner, the members of its team, and the advocates who accepted.
#[utoipa::path(
    operation_id = "getCaseTeam",
    tag = "Cases",
    params(CasePath),
    responses((status = 200, description = "The people", body = CaseTeam)),
    extensions(("x-permission" = json!("team.read")))
)]
#[get("/v1/cases/{caseId}/team")]
pub async fn get_team(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.read(move |act| read(act, case)).await
}

/// Allocate a case
///
/// To a practitioner, to a team, or to both. The tag is the case's: an allocation changes it.
#[utoipa::path(
    operation_id = "allocateCase",
    tag = "Cases",
    params(CasePath, IfMatchHeader),
    request_body = Allocation,
    responses((status = 200, description = "The people", body = CaseTeam)),
    extensions(("x-permission" = json!("cases.allocate")))
)]
#[put("/v1/cases/{caseId}/team")]
pub async fn allocate_case(call: Call, ids: Ids<1>, body: Body<Allocation>) -> Reply {
    let Ids([case]) = ids;
    call.change(body, move |act, body| allocate(act, case, body), read)
        .await
}

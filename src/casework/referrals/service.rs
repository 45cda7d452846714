//! Use cases of intake: submit, read, list, and note what was refused.

use super::dto::{NewReferral, Receipt, ReferralAnswer, ReferralFilter, ReferralView};
use super::model::{IntakeRefusal, Referral, Status};
use super::{rules, store};
use crate::act::Act;
use crate::body::{Body, Unused};
use crate::db::Connection;
use crate::db::numbering::{Series, next_reference};
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::policy::{Caller, CallerKind};
use crate::problem::{Code, Fault, Problem};

/// Submits a referral. The same body under the same agency reference gives the first one back.
pub fn submit(act: &mut Act, body: &Body<NewReferral>, lenient: bool) -> Result<Id, Problem> {
    let from_a_client = act.caller.kind == CallerKind::Client;
    let today = act.now.date();
    let (referral, mut unused) = match lenient {
        true => body.lenient(|referral| rules::faults(referral, from_a_client))?,
        false => (
            body.checked(|referral| strict_faults(referral, from_a_client, today))?,
            vec![],
        ),
    };
    let authority = match authority_of(act.caller, referral.authority.as_deref()) {
        // A slip in the name of the authority does not stop a concern: it goes where this client's usually go.
        Err(_) if lenient && act.caller.default_authority.is_some() => {
            let received = referral.authority.clone().into();
            unused.push(Unused {
                pointer: "/authority".to_owned(),
                code: "unknown".to_owned(),
                received,
            });
            authority_of(act.caller, None)?
        }
        found => found?,
    };
    act.found.authority = Some(authority.clone());
    let row = Referral {
        id: act.new_id,
        authority,
        version: 1,
        created_at: act.now,
        created_by: act.caller.id,
        updated_at: act.now,
        updated_by: act.caller.id,
        reference: next_reference(act.conn, Series::Referrals, act.now)?,
        agency_id: act.caller.agency_id,
        agency_reference: referral.agency_reference.clone(),
        body_digest: body.digest().to_owned(),
        status: Status::Received,
        urgent: rules::is_urgent(referral),
        agreement_lapsed: from_a_client && !act.caller.agreement_in_force,
        childrens_route: rules::is_child(referral, today),
        case_id: None,
        triage: None,
        triaged_at: None,
        counts_as_concern: None,
        content: Json(referral.clone()),
        warnings: Json(warnings(unused, referral, today)),
    };
    if !store::insert(act.conn, &row)? {
        return repeats(act.conn, &row, body);
    }
    act.emit("referral", "received", row.id, row.version, &row.authority, None)?;
    Ok(row.id)
}

fn strict_faults(referral: &NewReferral, from_a_client: bool, today: chrono::NaiveDate) -> Vec<Fault> {
    let mut faults = rules::faults(referral, from_a_client);
    if rules::is_child(referral, today) {
        faults.push(rules::childrens_route());
    }
    faults
}

fn warnings(mut unused: Vec<Unused>, referral: &NewReferral, today: chrono::NaiveDate) -> Vec<Unused> {
    if rules::is_child(referral, today) {
        let fault = rules::childrens_route();
        let pointer = fault.pointer.unwrap_or_default();
        unused.push(Unused {
            pointer,
            code: fault.code,
            received: serde_json::Value::Null,
        });
    }
    unused
}

/// The agency has sent something under this reference before: the same again, or a conflict.
fn repeats(conn: &mut Connection, row: &Referral, body: &Body<NewReferral>) -> Result<Id, Problem> {
    let first = match (row.agency_id, row.agency_reference.as_deref()) {
        (Some(agency), Some(reference)) => store::under_reference(conn, agency, reference)?,
        _ => None,
    };
    let first = first.ok_or_else(|| Problem::new(Code::Conflict))?;
    match first.body_digest == body.digest() {
        true => Ok(first.id),
        false => Err(Problem::new(Code::AgencyReferenceConflict).with(
            "existing",
            serde_json::json!({ "id": first.id, "reference": first.reference }),
        )),
    }
}

/// Where a referral goes: where it says, if the sender may send there; else to the client's default. Authorities of
/// callers are known ones: their accounts could not be made otherwise.
fn authority_of(caller: &Caller, named: Option<&str>) -> Result<String, Problem> {
    let refused = |detail: &str| Problem::invalid(vec![Fault::at("/authority", "unknown", detail)]);
    let theirs = match caller.kind {
        CallerKind::Client => caller.authorities.clone(),
        CallerKind::User | CallerKind::System => {
            let mut held: Vec<String> = caller.roles.iter().map(|grant| grant.authority.clone()).collect();
            held.sort();
            held.dedup();
            held
        }
    };
    let named = named
        .map(str::to_owned)
        .or_else(|| caller.default_authority.clone());
    let authority = match (named, theirs.as_slice()) {
        (Some(named), _) => named,
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(Problem::invalid(vec![Fault::required(
                "/authority",
                "Say to which authority this goes.",
            )]));
        }
    };
    if !theirs.contains(&authority) {
        return Err(refused("You cannot refer to an authority of this name here."));
    }
    Ok(authority)
}

/// What the sender reads back: an agency its receipt, and so does everyone else who only sends.
pub fn receipt(act: &mut Act, id: Id) -> Result<Receipt, Problem> {
    let found = store::find_sent(act.conn, id, act.caller)?;
    found.map(Receipt::from).ok_or_else(Problem::not_found)
}

/// Reads a referral.
pub fn get(act: &mut Act, id: Id) -> Result<ReferralAnswer, Problem> {
    let scope = act.scope();
    let row = store::find(act.conn, &scope, id)?.ok_or_else(Problem::not_found)?;
    act.found.authority = Some(row.authority.clone());
    act.found.case_id = row.case_id;
    reads_need_an_agreement(act)?;
    Ok(answer(act.caller.kind, row))
}

fn answer(kind: CallerKind, row: Referral) -> ReferralAnswer {
    match kind {
        CallerKind::Client => ReferralAnswer::Referrer(Box::new(row.into())),
        CallerKind::User | CallerKind::System => ReferralAnswer::Staff(Box::new(ReferralView::from(row))),
    }
}

/// An agency's reads, unlike its referrals, stop with its information-sharing agreement.
fn reads_need_an_agreement(act: &Act) -> Result<(), Problem> {
    match act.caller.kind == CallerKind::Client && !act.caller.agreement_in_force {
        true => Err(Problem::new(Code::Forbidden)
            .saying("The agency's information-sharing agreement is not in force.")),
        false => Ok(()),
    }
}

/// Lists referrals.
pub fn list(
    act: &mut Act,
    filter: &ReferralFilter,
    page: &PageRequest,
) -> Result<Rows<ReferralAnswer>, Problem> {
    reads_need_an_agreement(act)?;
    let scope = act.scope();
    let rows = store::page(act.conn, &scope, filter, page)?;
    let kind = act.caller.kind;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| answer(kind, row)))
}

/// Notes a refusal at the door, without any of the content, so that managers can ask what it was.
pub fn note_refusal(act: &mut Act, problem: &Problem) -> Result<(), Problem> {
    let body = problem.body("", "");
    let refusal = IntakeRefusal {
        id: act.new_id,
        authority: act.caller.default_authority.clone(),
        agency_id: act.caller.agency_id,
        actor_id: act.caller.id,
        refused_at: act.now,
        code: body.code,
        pointers: Json(
            body.errors
                .into_iter()
                .filter_map(|fault| fault.pointer)
                .take(50)
                .collect(),
        ),
    };
    Ok(store::insert_refusal(act.conn, &refusal)?)
}

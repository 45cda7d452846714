//! Use cases of intake: submit, read, list, and note what was refused.

use super::dto::NewReferral;
use super::model::{Referral, ReferrerTold, Status};
use super::reach::{Reached, reach, reach_to_read, reads_need_an_agreement};
use super::views::{EarlierReferrals, Receipt, ReferralAnswer, ReferralFilter, ReferralView};
use super::{hidden_from, refusals, rules, store, triage};
use crate::act::Act;
use crate::body::{Body, Unused};
use crate::casework::cases::store as cases;
use crate::db::Connection;
use crate::db::numbering::{Series, next_reference};
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::people::agencies;
use crate::policy::{Caller, CallerKind, Clause, Scope, Standing};
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
    let mut referral = referral.clone();
    if rules::is_named_though_anonymous(&referral) {
        let fault = rules::anonymous_referrer();
        unused.push(Unused {
            pointer: fault.pointer.unwrap_or_default(),
            code: fault.code,
            // Not even here.
            received: serde_json::Value::Null,
        });
        if let Some(referrer) = &mut referral.referrer {
            referrer.name = None;
        }
    }
    let authority = match authority_of(act.caller, referral.authority.as_deref()) {
        // A slip in the name of the authority does not stop a concern: it goes where this client's usually go.
        Err(_) if lenient && act.caller.default_authority.is_some() => {
            let received = referral.authority.take().into();
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
    let sender = match act.caller.agency_id {
        Some(agency) => agencies::kind_of(act.conn, agency)?,
        None => None,
    };
    let referrer = referral
        .referrer
        .as_ref()
        .and_then(|referrer| referrer.agency_type);
    let agreement_lapsed = from_a_client && !act.caller.agreements.contains(&authority);
    unused.extend(hidden_from::not_found(act, &referral)?);
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
        urgent: rules::is_urgent(&referral),
        agreement_lapsed,
        childrens_route: rules::is_child(&referral, today),
        case_id: None,
        triage: None,
        triaged_at: None,
        counts_as_concern: None,
        warnings: Json(warnings(unused, &referral, today)),
        content: Json(referral),
        receipt_only: rules::is_receipt_only(sender, referrer),
        receipt_status: Status::Received,
        receipt_version: 1,
        receipt_changed_at: act.now,
        unread_since: Some(act.now),
        acknowledged_at: None,
        withdrawn_at: None,
        open_requests: 0,
        needs_attention: false,
        tasks: Json(vec![]),
        told: Json(ReferrerTold::default()),
    };
    if !store::insert(act.conn, &row)? {
        return repeats(act.conn, &row, body);
    }
    hidden_from::hide(act, &row)?;
    refusals::landed(act, &row)?;
    act.emit("referral", "received", row.id, row.version, &row.authority, None)?;
    Ok(row.id)
}

fn strict_faults(referral: &NewReferral, from_a_client: bool, today: chrono::NaiveDate) -> Vec<Fault> {
    let mut faults = rules::faults(referral, from_a_client);
    if rules::is_named_though_anonymous(referral) {
        faults.push(rules::anonymous_referrer());
    }
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

/// Tells that something happened to a referral.
pub fn tell(act: &mut Act, row: &Referral, verb: &str) -> Result<(), Problem> {
    act.emit("referral", verb, row.id, row.version, &row.authority, row.case_id)
}

/// Reads a referral.
pub fn get(act: &mut Act, id: Id) -> Result<ReferralAnswer, Problem> {
    let reached = reach_to_read(act, id)?;
    answer(act, reached)
}

/// A referral that was changed, for whoever changed it.
pub fn shown(act: &mut Act, id: Id) -> Result<ReferralAnswer, Problem> {
    let reached = reach(act, id)?;
    answer(act, reached)
}

fn answer(act: &mut Act, reached: Reached) -> Result<ReferralAnswer, Problem> {
    let earlier = match reached.standing {
        Standing::Manager => Some(earlier_referrals(act, &reached.row)?),
        // Who it may be follows from the content.
        Standing::Delegated if !reached.row.is_hidden() => Some(earlier_referrals(act, &reached.row)?),
        _ => None,
    };
    Ok(read_as(reached.row, reached.standing, earlier))
}

fn read_as(row: Referral, standing: Standing, earlier: Option<EarlierReferrals>) -> ReferralAnswer {
    match standing.is_staff() || standing == Standing::Advocate {
        true => ReferralAnswer::Whole(Box::new(ReferralView::of(row, standing, earlier))),
        false => ReferralAnswer::Referrer(Box::new(row.into())),
    }
}

/// Referrals about the same adult in the twelve months before: the adult of its case, or whoever strongly matches.
fn earlier_referrals(act: &mut Act, row: &Referral) -> Result<EarlierReferrals, Problem> {
    const YEAR: i64 = 365 * 86_400;
    let of_the_case = match row.case_id {
        Some(case) => cases::find_any(act.conn, case)?.and_then(|case| case.adult_id),
        None => None,
    };
    let adults: Vec<Id> = match of_the_case {
        Some(adult) => vec![adult],
        None => triage::strong_matches(act, row)?
            .iter()
            .map(|(adult, _)| adult.id)
            .collect(),
    };
    let ids = match adults.is_empty() {
        true => vec![],
        false => {
            let since = row.created_at.plus_seconds(-YEAR);
            store::earlier(act.conn, &act.scope(), row, (&adults, since))?
        }
    };
    Ok(EarlierReferrals {
        count: ids.len(),
        ids,
    })
}

/// Lists referrals: staff those they work on, an advocate those of one case, everybody else their receipts.
pub fn list(
    act: &mut Act,
    filter: &ReferralFilter,
    page: &PageRequest,
) -> Result<Rows<ReferralAnswer>, Problem> {
    reads_need_an_agreement(act)?;
    let allowed = act.scope();
    let those = |fits: fn(Standing) -> bool| {
        let clauses = allowed.clauses.iter().filter(|clause| fits(clause.standing()));
        clauses.cloned().collect::<Vec<Clause>>()
    };
    let staff = those(Standing::is_staff);
    if staff.is_empty() {
        let advocates = those(|standing| standing == Standing::Advocate);
        if filter.case_id.is_some() && !advocates.is_empty() {
            let rows = store::page(act.conn, &allowed.only(advocates), filter, page)?;
            return Ok(Rows::cut(rows, page, |row| row.id).map(|row| read_as(row, Standing::Advocate, None)));
        }
        let sent = those(|standing| !standing.is_staff() && standing != Standing::Advocate);
        return receipts(act, &allowed.only(sent), filter, page);
    }
    let rows = store::page(act.conn, &allowed.only(staff.clone()), filter, page)?;
    let standing = |row: &Referral| {
        let decides = staff.iter().find(|clause| match clause {
            Clause::Authorities(_, authorities) => authorities.contains(&row.authority),
            _ => false,
        });
        decides.map_or(Standing::Allocated, Clause::standing)
    };
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| {
        let standing = standing(&row);
        read_as(row, standing, None)
    }))
}

fn receipts(
    act: &mut Act,
    scope: &Scope,
    filter: &ReferralFilter,
    page: &PageRequest,
) -> Result<Rows<ReferralAnswer>, Problem> {
    let of_staff = [
        ("needsAttention", filter.needs_attention.is_some()),
        ("unread", filter.unread.is_some()),
        ("caseId", filter.case_id.is_some()),
    ];
    if let Some((name, _)) = of_staff.iter().find(|(_, is_wanted)| *is_wanted) {
        let detail = "There is no such parameter here.";
        return Err(Problem::parameter(Code::BadParameter, name, detail));
    }
    let rows = store::page_of_receipts(act.conn, scope, filter, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| ReferralAnswer::Referrer(Box::new(row.into()))))
}

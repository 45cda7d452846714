//! Whether somebody may use an app for a case, decided per person before anybody is invited: the phone may be in the
//! hands of the person it is about. The latest decision holds, from the next request on.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::Act;
use crate::auth::sessions::{self, EndedBecause};
use crate::auth::sign_in::Nothing;
use crate::body::Body;
use crate::casework::adults::representatives::{Representative, RepresentativeConflict};
use crate::casework::cases::access::{self, AppView};
use crate::casework::cases::model::Case;
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::record::{self, Head, OwnedRow, Record};
use crate::casework::wishes;
use crate::db::Connection;
use crate::facts::YesNoNotKnown;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::ids::Id;
use crate::people::advocates;
use crate::policy::Standing;
use crate::problem::{Code, Fault, Problem};
use crate::schema::access::app_access_decisions;

crate::codes! {
    /// Whose app.
    pub enum AppPerson {
        /// The adult.
        Adult = "adult",
        /// A representative.
        Representative = "representative",
        /// A supporter.
        Supporter = "supporter",
        /// An advocate.
        Advocate = "advocate",
    }
}

crate::codes! {
    /// Whether somebody may use an app.
    pub enum AppDecision {
        /// Yes.
        Allow = "allow",
        /// With less to see.
        Limited = "limited",
        /// It is not safe.
        NotSafe = "not_safe",
        /// Not for now.
        Paused = "paused",
    }
}

impl AppDecision {
    /// Whether the app may be used.
    pub fn permits(self) -> bool {
        matches!(self, Self::Allow | Self::Limited)
    }
}

crate::record! {
    /// A decision about somebody's app. Nobody is invited before one.
    #[schema(example = json!({
        "who": "adult", "decision": "allow", "sharedDevice": "no", "safeTimes": "mornings", "view": "full",
        "reason": "Her own phone, with a code that nobody else knows"
    }))]
    AppAccess (AppAccessContent) in app_access_decisions as "app_access", NewAppAccess, AppAccessView {
        columns {
            /// Whose app.
            who: AppPerson,
            /// With `representative` and `supporter`: which.
            representative_id: Option<Id>,
            /// With `advocate`: the entry in the register.
            advocate_id: Option<Id>,
            /// What is decided.
            decision: AppDecision,
            /// Whether others look at the device.
            shared_device: Option<YesNoNotKnown>,
            /// When it is safe to look at.
            #[schema(min_length = 1, max_length = 300)]
            safe_times: Option<String>,
            /// How much of the case it shows.
            view: AppView,
            /// Why.
            #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
            reason: String,
            /// Why they may though the adult does not want them involved; needed then.
            #[schema(min_length = 1, max_length = 2000)]
            override_reason: Option<String>,
        }
        documents {}
    }
}
crate::record!(rules AppAccess, NewAppAccess, AppAccessView);

crate::record_operations! {
    AppAccess, NewAppAccess, AppAccessView, tag "Apps", at "/v1/cases/{caseId}/app-access",
    one "/v1/cases/{caseId}/app-access/{appAccessId}" (AppAccessPath), read "app_access.read", write "app_access.decide",
    list list_app_access "listAppAccess" "List decisions about apps" "Newest first; for each person the latest holds.",
    create decide_app_access "decideAppAccess" "Decide about somebody's app"
        "`not_safe` and `paused` end their tokens at once, and any member of staff who works on the case may say so." by decide,
    get get_app_access "getAppAccess" "Read a decision about an app" "One decision.",
}

/// The person that a decision or an invitation is about, and their name.
pub struct Person {
    /// Whose app.
    pub who: AppPerson,
    /// Which representative or supporter.
    pub representative_id: Option<Id>,
    /// Which advocate.
    pub advocate_id: Option<Id>,
}

/// What is wrong with naming this person on this case.
pub fn faults_of_person(act: &mut Act, case: &Reached, person: &Person) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    let stands_beside = matches!(person.who, AppPerson::Representative | AppPerson::Supporter);
    let known = representative(act, case, person)?
        .is_some_and(|row| row.conflict != RepresentativeConflict::Implicated);
    if stands_beside != known || (!stands_beside && person.representative_id.is_some()) {
        let detail = "With `representative` and `supporter` name one of this adult's, who is not implicated.";
        faults.push(Fault::at("/representativeId", "unknown", detail));
    }
    let known = match person.advocate_id {
        Some(advocate) => advocates::find(act.conn, advocate)?.is_some(),
        None => false,
    };
    if (person.who == AppPerson::Advocate) != known {
        let detail = "With `advocate` name an entry of the register.";
        faults.push(Fault::at("/advocateId", "unknown", detail));
    }
    Ok(faults)
}

/// The representative or supporter that is named, if they are this adult's.
pub fn representative(
    act: &mut Act,
    case: &Reached,
    person: &Person,
) -> Result<Option<Representative>, Problem> {
    match (case.row.adult_id, person.representative_id) {
        (Some(adult), Some(id)) => Ok(Representative::find(act.conn, adult, id)?),
        _ => Ok(None),
    }
}

/// Decides about somebody's app.
pub fn decide(act: &mut Act, case: Id, body: &Body<NewAppAccess>) -> Result<Id, Problem> {
    let id = record::create_as::<AppAccess>(act, case, body, |act, case, new| {
        let decides = matches!(case.standing, Standing::Manager | Standing::Allocated);
        if new.decision.permits() && !decides {
            let detail =
                "You can stop an app; that it may be used is for the manager or the allocated practitioner.";
            return Err(Problem::new(Code::Forbidden).saying(detail));
        }
        faults(act, case, new)
    })?;
    let case = reach(act, case)?;
    let decided: AppAccess = record::row(act, &case, id)?;
    take_effect(act, &case, &decided)?;
    Ok(id)
}

fn faults(act: &mut Act, case: &Reached, new: &NewAppAccess) -> Result<Vec<Fault>, Problem> {
    let person = Person {
        who: new.who,
        representative_id: new.representative_id,
        advocate_id: new.advocate_id,
    };
    let mut faults = faults_of_person(act, case, &person)?;
    if new.decision.permits()
        && let Some(named) = representative(act, case, &person)?
    {
        let reason = new.override_reason.as_ref();
        faults.extend(wishes::fault_of_involving(act, case.row.id, &named.name, reason)?);
    }
    Ok(faults)
}

fn take_effect(act: &mut Act, case: &Reached, decided: &AppAccess) -> Result<(), Problem> {
    let paused_at = (!decided.decision.permits()).then_some(act.now);
    for account in accounts(act, case, decided)? {
        access::set(act.conn, (case.row.id, account), decided.view, paused_at)?;
        if paused_at.is_some() {
            sessions::end_all_of(act.conn, account, EndedBecause::AppPaused, act.now)?;
        }
    }
    Ok(())
}

fn accounts(act: &mut Act, case: &Reached, decided: &AppAccess) -> Result<Vec<Id>, Problem> {
    let person = Person {
        who: decided.who,
        representative_id: decided.representative_id,
        advocate_id: decided.advocate_id,
    };
    Ok(match decided.who {
        AppPerson::Adult => access::accounts(act.conn, case.row.id, "adult")?,
        AppPerson::Representative | AppPerson::Supporter => {
            let named = representative(act, case, &person)?;
            named.and_then(|named| named.user_id).into_iter().collect()
        }
        AppPerson::Advocate => {
            let entry = match decided.advocate_id {
                Some(advocate) => advocates::find(act.conn, advocate)?,
                None => None,
            };
            entry.and_then(|entry| entry.user_id).into_iter().collect()
        }
    })
}

/// The decision about this person that holds.
pub fn latest(conn: &mut Connection, case: Id, person: &Person) -> QueryResult<Option<AppAccess>> {
    let of_the_case: Vec<AppAccess> = app_access_decisions::table
        .filter(
            app_access_decisions::case_id
                .eq(case)
                .and(app_access_decisions::who.eq(person.who)),
        )
        .filter(app_access_decisions::entered_in_error.is_null())
        .order(app_access_decisions::id.desc())
        .select(AppAccess::as_select())
        .load(conn)?;
    Ok(of_the_case.into_iter().find(|decided| {
        decided.representative_id == person.representative_id && decided.advocate_id == person.advocate_id
    }))
}

/// Takes over that somebody's app is not safe from other cases of the same adult: the stronger judgement wins, and holds
/// until somebody decides otherwise on this case. Representatives go by their entry, which another authority has not.
pub fn take_over(act: &mut Act, case: &Case, from: &[Id]) -> Result<(), Problem> {
    let decisions: Vec<AppAccess> = app_access_decisions::table
        .filter(app_access_decisions::case_id.eq_any(from))
        .filter(app_access_decisions::entered_in_error.is_null())
        .order(app_access_decisions::id.desc())
        .select(AppAccess::as_select())
        .load(act.conn)?;
    let mut judged: Vec<&AppAccess> = Vec::new();
    for decided in &decisions {
        let same = |other: &&AppAccess| {
            (
                other.case_id,
                other.who,
                other.representative_id,
                other.advocate_id,
            ) == (
                decided.case_id,
                decided.who,
                decided.representative_id,
                decided.advocate_id,
            )
        };
        // Only the latest on each case holds.
        if !judged.iter().any(same) {
            judged.push(decided);
        }
    }
    let reached = Reached {
        row: case.clone(),
        standing: Standing::Manager,
        partner: None,
    };
    for decided in judged
        .into_iter()
        .filter(|one| one.decision == AppDecision::NotSafe)
    {
        let person = Person {
            who: decided.who,
            representative_id: decided.representative_id,
            advocate_id: decided.advocate_id,
        };
        let is_known =
            person.representative_id.is_none() || representative(act, &reached, &person)?.is_some();
        let holds =
            latest(act.conn, case.id, &person)?.is_some_and(|one| one.decision == AppDecision::NotSafe);
        if holds || !is_known {
            continue;
        }
        let head = Head::of(act, Id::new(), (case.id, &case.authority));
        let here = AppAccess::new(head, decided.body());
        record::write_new(act, &here, "recorded")?;
        take_effect(act, &reached, &here)?;
    }
    Ok(())
}

/// What became of one's own app.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppPaused {
    /// For how many cases it was paused.
    pub paused: usize,
}

impl View for AppPaused {
    fn version(&self) -> i64 {
        1
    }
}

/// Pause one's own app
///
/// In one call, without a reason: every token of the account ends with it, and the app shows nothing until somebody who
/// works on the case allows it again.
#[utoipa::path(
    operation_id = "pauseMyApp",
    tag = "Apps",
    responses((status = 200, description = "It is paused", body = AppPaused)),
    extensions(("x-permission" = json!("me.pause")))
)]
#[post("/v1/me/pause")]
pub async fn pause_my_app(call: Call) -> Reply {
    call.change(
        Body::of(Nothing {}),
        |act, _| pause(act),
        |act, _| {
            let given = access::given_to(act.conn, act.caller.id)?;
            Ok(AppPaused { paused: given.len() })
        },
    )
    .await
}

fn pause(act: &mut Act) -> Result<Id, Problem> {
    let account = act.caller.id;
    for (case, relationship) in access::given_to(act.conn, account)? {
        let Some(case) = crate::casework::cases::store::find_any(act.conn, case)? else {
            continue;
        };
        let view = access::view_of(act.conn, case.id, account)?.unwrap_or(AppView::Full);
        let representative = match case.adult_id.filter(|_| relationship == "representative") {
            Some(adult) => crate::casework::adults::representatives::of_account(act.conn, adult, account)?,
            None => None,
        };
        let own = NewAppAccess {
            who: match &representative {
                Some(_) => AppPerson::Representative,
                None => AppPerson::Adult,
            },
            representative_id: representative.map(|named| named.id),
            advocate_id: None,
            decision: AppDecision::Paused,
            shared_device: None,
            safe_times: None,
            view,
            reason: "Paused in the app".to_owned(),
            override_reason: None,
        };
        let head = Head::of(act, Id::new(), (case.id, &case.authority));
        record::write_new(act, &AppAccess::new(head, own), "recorded")?;
        access::set(act.conn, (case.id, account), view, Some(act.now))?;
    }
    sessions::end_all_of(act.conn, account, EndedBecause::AppPaused, act.now)?;
    Ok(act.new_id)
}

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
use crate::casework::advocacy::independence;
use crate::casework::cases::access::{self, AppView, Holder};
use crate::casework::cases::model::Case;
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::cases::store as case_store;
use crate::casework::record::{self, Head, OwnedRow, Record};
use crate::casework::wishes;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::facts::YesNoNotKnown;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
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
        "`not_safe` and `paused` end their tokens at once and last, also after signing in again, until somebody decides otherwise. Any \
        member of staff who works on the case may say so." by decide,
    get get_app_access "getAppAccess" "Read a decision about an app" "One decision.",
}

/// The person that a decision or an invitation is about, as they were named.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Whose app.
    pub who: AppPerson,
    /// Which representative or supporter.
    pub representative_id: Option<Id>,
    /// Which advocate.
    pub advocate_id: Option<Id>,
}

impl Person {
    /// Who it is, whatever they were called: a representative and the same one as a supporter are one person.
    pub fn holder(self) -> Holder {
        match (self.representative_id, self.advocate_id) {
            (Some(entry), _) => Holder::Representative(entry),
            (None, Some(entry)) => Holder::Advocate(entry),
            (None, None) => Holder::Adult,
        }
    }
}

impl NewAppAccess {
    fn person(&self) -> Person {
        Person {
            who: self.who,
            representative_id: self.representative_id,
            advocate_id: self.advocate_id,
        }
    }
}

impl AppAccess {
    /// Whose app it is about.
    pub fn holder(&self) -> Holder {
        self.written().person().holder()
    }
}

/// What is wrong with naming this person on this case; whoever is implicated can be stopped, and not let in.
pub fn faults_of_person(
    act: &mut Act,
    case: &Reached,
    person: &Person,
    lets_in: bool,
) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    let stands_beside = matches!(person.who, AppPerson::Representative | AppPerson::Supporter);
    let known = representative(act, case, person)?
        .is_some_and(|row| !lets_in || row.conflict != RepresentativeConflict::Implicated);
    if stands_beside != known || (!stands_beside && person.representative_id.is_some()) {
        let detail = "With `representative` and `supporter` name one of this adult's, who is not implicated.";
        faults.push(Fault::at("/representativeId", "unknown", detail));
    }
    let known = match person.advocate_id {
        Some(advocate) => advocates::find(act.conn, &case.row.authority, advocate)?.is_some(),
        None => false,
    };
    let advocates_app = person.who == AppPerson::Advocate;
    if advocates_app != known || (!advocates_app && person.advocate_id.is_some()) {
        let detail = "With `advocate` name an entry of the authority's register.";
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
    let person = new.person();
    let mut faults = faults_of_person(act, case, &person, new.decision.permits())?;
    if new.decision.permits()
        && let Some(named) = representative(act, case, &person)?
    {
        let reason = new.override_reason.as_ref();
        faults.extend(wishes::fault_of_involving(act, case.row.id, &named.name, reason)?);
    }
    Ok(faults)
}

/// The decision holds from the next request on by itself; what it stops loses its tokens too.
fn take_effect(act: &mut Act, case: &Reached, decided: &AppAccess) -> Result<(), Problem> {
    let holder = decided.holder();
    access::show(act.conn, case.row.id, holder, (decided.view, act.now))?;
    if decided.decision.permits() {
        return Ok(());
    }
    for account in accounts(act, case, holder)? {
        sessions::end_all_of(act.conn, account, EndedBecause::AppPaused, act.now)?;
    }
    let kind = match decided.decision {
        AppDecision::NotSafe => NoticeKind::AppNotSafe,
        _ => NoticeKind::AppPaused,
    };
    tell(act, (case.row.id, &case.row.authority), kind, decided.id)
}

fn tell(act: &mut Act, (case, authority): (Id, &str), kind: NoticeKind, decision: Id) -> Result<(), Problem> {
    let notice = Notice {
        authority,
        kind,
        resource_id: decision,
        case_id: Some(case),
        author: act.caller.id,
    };
    Ok(notices::leave(act.conn, notice, act.now)?)
}

/// The accounts with which a person reads the case: apps, and an advocate's own login.
fn accounts(act: &mut Act, case: &Reached, holder: Holder) -> Result<Vec<Id>, Problem> {
    let mut accounts = access::accounts(act.conn, case.row.id, holder)?;
    if let Some(entry) = holder.advocate()
        && let Some(entry) = advocates::find(act.conn, &case.row.authority, entry)?
    {
        accounts.extend(entry.user_id);
    }
    Ok(accounts)
}

/// The decision about this person that holds.
pub fn latest(conn: &mut Connection, case: Id, holder: Holder) -> QueryResult<Option<AppAccess>> {
    let of_the_case: Vec<AppAccess> = app_access_decisions::table
        .filter(app_access_decisions::case_id.eq(case))
        .filter(app_access_decisions::entered_in_error.is_null())
        .order(app_access_decisions::id.desc())
        .select(AppAccess::as_select())
        .load(conn)?;
    Ok(of_the_case.into_iter().find(|decided| decided.holder() == holder))
}

/// Takes over that somebody's app is not safe from other cases of the same adult: the stronger judgement wins, and holds
/// until somebody decides otherwise on this case. Representatives go by their entry, which another authority has not.
pub fn take_over(act: &mut Act, case: &Case, from: &[Id]) -> Result<(), Problem> {
    let decisions: Vec<AppAccess> = app_access_decisions::table
        .filter(app_access_decisions::case_id.one_of(from))
        .filter(app_access_decisions::entered_in_error.is_null())
        .order(app_access_decisions::id.desc())
        .select(AppAccess::as_select())
        .load(act.conn)?;
    let mut judged: Vec<&AppAccess> = Vec::new();
    for decided in &decisions {
        let same =
            |other: &&AppAccess| (other.case_id, other.holder()) == (decided.case_id, decided.holder());
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
        let holder = decided.holder();
        let is_known = match holder {
            Holder::Adult => true,
            Holder::Representative(_) => {
                representative(act, &reached, &decided.written().person())?.is_some()
            }
            Holder::Advocate(entry) => advocates::find(act.conn, &case.authority, entry)?.is_some(),
        };
        let holds =
            latest(act.conn, case.id, holder)?.is_some_and(|one| one.decision == AppDecision::NotSafe);
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
/// In one call, without a reason: every token of the account ends with it, and it shows nothing of its cases, also after signing
/// in again, until somebody who works on the case allows it.
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
            let own = own_apps(act)?;
            Ok(AppPaused { paused: own.len() })
        },
    )
    .await
}

/// The cases that the caller reads as somebody with an app, or by an advocate's own login, each as whom.
fn own_apps(act: &mut Act) -> Result<Vec<(Id, Holder, AppView)>, Problem> {
    let given = access::given_to(act.conn, act.caller.id)?;
    let mut own: Vec<(Id, Holder, AppView)> = given
        .into_iter()
        .filter_map(|given| Some((given.case_id, given.holder()?, given.view)))
        .collect();
    for entry in advocates::entries_of(act.conn, act.caller.id)? {
        let holder = Holder::Advocate(entry);
        for case in independence::cases_of(act.conn, entry)? {
            if own.iter().all(|(other, ..)| *other != case) {
                own.push((case, holder, AppView::Full));
            }
        }
    }
    Ok(own)
}

fn pause(act: &mut Act) -> Result<Id, Problem> {
    let account = act.caller.id;
    for (case, holder, view) in own_apps(act)? {
        let stopped = latest(act.conn, case, holder)?.is_some_and(|decided| !decided.decision.permits());
        let Some(case) = case_store::find_any(act.conn, case)?.filter(|_| !stopped) else {
            continue;
        };
        let own = NewAppAccess {
            who: match holder {
                Holder::Adult => AppPerson::Adult,
                Holder::Representative(_) => AppPerson::Representative,
                Holder::Advocate(_) => AppPerson::Advocate,
            },
            representative_id: holder.representative(),
            advocate_id: holder.advocate(),
            decision: AppDecision::Paused,
            shared_device: None,
            safe_times: None,
            view,
            reason: "Paused in the app".to_owned(),
            override_reason: None,
        };
        let head = Head::of(act, Id::new(), (case.id, &case.authority));
        let decided = record::write_new(act, &AppAccess::new(head, own), "recorded")?;
        let of_case = (case.id, case.authority.as_str());
        tell(act, of_case, NoticeKind::AppPaused, decided)?;
    }
    sessions::end_all_of(act.conn, account, EndedBecause::AppPaused, act.now)?;
    Ok(act.new_id)
}

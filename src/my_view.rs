//! The adult's own page: what they said, who is helping, what was agreed, what happens next. The fixed wording is for a
//! reading age of about nine to eleven, which a test measures.

use actix_web::get;
use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::act::Act;
use crate::casework::access::invitations;
use crate::casework::actions::{ActionRow, ActionStatus};
use crate::casework::cases::access::{self as case_access, AppView, Holder};
use crate::casework::cases::model::CaseState;
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::cases::store as case_store;
use crate::casework::cases::surroundings::surroundings;
use crate::casework::contacts::model::Contact;
use crate::casework::outcomes::model::OutcomeStatus;
use crate::casework::outcomes::store as outcome_store;
use crate::casework::record::OwnedRow;
use crate::casework::wishes::{Wish, WishKind};
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::CasePath;
use crate::ids::Id;
use crate::page::PageRequest;
use crate::people::{authorities, users};
use crate::policy::{Role, Standing};
use crate::problem::Problem;
use crate::reference;
use crate::secrets;

/// Records of a kind on the page at most, newest first.
const MOST: i64 = 50;

/// What is always on the page.
pub const IF_YOU_ARE_NOT_HAPPY: &str = "Tell us if you are not happy. You can ask for someone to help you speak up. You can \
    ask us to stop. If you are in danger now, call 999.";
/// Asked while nothing was said yet.
pub const WHAT_DO_YOU_WANT: &str = "What would you like to happen?";
/// Asked when the enquiry is over.
pub const DID_YOU_GET_IT: &str = "We have done our work. Did you get what you wanted?";
/// What the worker is called.
pub const YOUR_WORKER: &str = "Your worker. They listen to you and help you stay safe.";
/// What the advocate is called.
pub const YOUR_ADVOCATE: &str = "Your advocate. They are on your side and help you speak up.";

/// Said of a second code that the worker made.
pub const NEW_CODE_BY_YOUR_WORKER: &str =
    "Your worker made a new code to see this page. If you did not ask for it, tell us.";
/// Said of a second code that a manager made.
pub const NEW_CODE_BY_A_MANAGER: &str =
    "A manager made a new code to see this page. If you did not ask for it, tell us.";
/// For so long the page says that a second code was made: 30 days, in seconds.
const SAYS_NEW_CODES_FOR: i64 = 30 * 86_400;

/// What was decided, in plain words: it says where the case stands, and nothing of anybody else.
pub fn where_things_are(state: CaseState) -> &'static str {
    match state {
        CaseState::Concern => "We were told you may not be safe. We want to hear from you first.",
        CaseState::Enquiry => "We are finding out what happened. We will ask what you want.",
        CaseState::Plan => "We have a plan to help keep you safe. You can ask us to change it.",
        CaseState::Concluded => "We have found out what we could. We will ask you how it went.",
        CaseState::Closed => "Our work with you has ended. You can ask for help again.",
        CaseState::ClosedNoEnquiry => "We are not looking into this now. You can ask for help again.",
    }
}

/// Somebody who helps.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Helper {
    /// Name.
    pub name: String,
    /// What they do, in plain words.
    pub role: String,
    /// How to reach them.
    pub contact: Option<String>,
}

/// Something that was agreed.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Agreed {
    /// What.
    pub text: String,
    /// Who does it.
    pub who: String,
    /// By when.
    pub when: Option<NaiveDate>,
    /// Whether it is done.
    pub done: bool,
}

/// Something that happens next.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Next {
    /// What.
    pub text: String,
    /// Who does it.
    pub who: Option<String>,
    /// When.
    pub when: Option<NaiveDate>,
}

/// A second code for the page, which ended the one before: whoever did not ask for it learns of it here.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewCode {
    /// When it was made.
    pub when: NaiveDate,
    /// That it was made, and by whom, in plain words.
    pub text: String,
}

/// The adult's own page.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyView {
    /// What was decided and where things are.
    pub where_things_are: Option<String>,
    /// What they want to happen, in their own words, what matters most first.
    pub what_you_said: Vec<String>,
    /// What they do not want.
    pub what_you_do_not_want: Vec<String>,
    /// Who is helping.
    pub who_is_helping: Vec<Helper>,
    /// What was agreed.
    pub what_we_agreed: Vec<Agreed>,
    /// What happens next.
    pub next_steps: Vec<Next>,
    /// When people meet next.
    pub next_meeting: Option<UtcTime>,
    /// What they are asked.
    pub questions_for_you: Vec<String>,
    /// Second codes that were made for this page in the last 30 days, newest first; at the view `next_steps_only` too.
    pub new_codes: Vec<NewCode>,
    /// What they can do when they are not happy.
    pub if_you_are_not_happy: String,
    /// What was promised to everybody.
    pub promise: Vec<String>,
    /// The case's version.
    pub version: i64,
    #[serde(skip)]
    mark: String,
}

impl View for MyView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(self.mark.clone())
    }
}

fn read(act: &mut Act, id: Id) -> Result<MyView, Problem> {
    let case = reach(act, id)?;
    let given = case_access::given(act.conn, case.row.id, act.caller.id)?;
    let view = given.as_ref().map(|given| given.view);
    let holder = given.and_then(|given| given.holder()).unwrap_or(Holder::Adult);
    let next_steps_only = case.standing == Standing::Representative || view == Some(AppView::NextStepsOnly);
    let newest = PageRequest {
        limit: MOST,
        after: None,
        newest_first: true,
        updated_since: None,
    };
    let mut outcomes = outcome_store::all(act.conn, case.row.id)?;
    outcomes.retain(|outcome| outcome.status == OutcomeStatus::Current);
    outcomes.sort_by_key(|outcome| outcome.priority.unwrap_or(i16::MAX));
    let wishes = Wish::page(act.conn, case.row.id, &newest)?;
    let unwanted = wishes.iter().filter(|wish| wish.kind == WishKind::DoNotWant);
    let around = surroundings(act.conn, std::slice::from_ref(&case.row), act.now)?;
    let next_meeting = around
        .get(&case.row.id)
        .and_then(|around| around.facts.figures.next_meeting);
    let mut page = MyView {
        where_things_are: Some(where_things_are(case.row.state).to_owned()),
        what_you_said: outcomes.into_iter().map(|outcome| outcome.own_words).collect(),
        what_you_do_not_want: unwanted.map(|wish| wish.text.clone()).collect(),
        who_is_helping: helpers(act, &case)?,
        what_we_agreed: agreed(act, &case, &newest)?,
        next_steps: next_steps(act, &case, &newest)?,
        next_meeting,
        questions_for_you: vec![],
        new_codes: new_codes(act, &case, holder)?,
        if_you_are_not_happy: IF_YOU_ARE_NOT_HAPPY.to_owned(),
        promise: reference::promise_in_easy_read(),
        version: case.row.version,
        mark: String::new(),
    };
    if next_steps_only {
        page.where_things_are = None;
        page.what_you_said.clear();
        page.what_you_do_not_want.clear();
        page.who_is_helping.clear();
        page.what_we_agreed.clear();
    } else if page.what_you_said.is_empty() {
        page.questions_for_you.push(WHAT_DO_YOU_WANT.to_owned());
    }
    if !next_steps_only && matches!(case.row.state, CaseState::Concluded | CaseState::Closed) {
        page.questions_for_you.push(DID_YOU_GET_IT.to_owned());
    }
    let json = serde_json::to_string(&page).map_err(|error| Problem::caused("the page's mark", &error))?;
    page.mark = secrets::digest_of(json.as_bytes()).chars().take(12).collect();
    Ok(page)
}

/// What a reader's page says of second codes: of their own, and the worker sees the adult's.
fn new_codes(act: &mut Act, case: &Reached, holder: Holder) -> Result<Vec<NewCode>, Problem> {
    let since = act.now.plus_seconds(-SAYS_NEW_CODES_FOR);
    let made = invitations::replacing(act.conn, case.row.id, holder, since)?;
    let say = |role: Role| match role {
        Role::Manager => NEW_CODE_BY_A_MANAGER,
        _ => NEW_CODE_BY_YOUR_WORKER,
    };
    let said = made.into_iter().map(|invitation| NewCode {
        when: invitation.created_at.date(),
        text: say(invitation.made_by_role).to_owned(),
    });
    Ok(said.collect())
}

fn helpers(act: &mut Act, case: &Reached) -> Result<Vec<Helper>, Problem> {
    let settings = authorities::settings(act.conn, std::slice::from_ref(&case.row.authority))?;
    let office = settings
        .get(&case.row.authority)
        .and_then(|settings| settings.public_contact.clone());
    let mut helpers = Vec::new();
    if let Some(worker) = case.row.allocated_to
        && let Some(user) = users::find(act.conn, worker)?
    {
        helpers.push(Helper {
            name: user.name,
            role: YOUR_WORKER.to_owned(),
            contact: user.public_contact.or(office),
        });
    }
    for (_, _, name) in case_store::advocates(act.conn, case.row.id)? {
        helpers.push(Helper {
            name,
            role: YOUR_ADVOCATE.to_owned(),
            contact: None,
        });
    }
    Ok(helpers)
}

fn agreed(act: &mut Act, case: &Reached, newest: &PageRequest) -> Result<Vec<Agreed>, Problem> {
    let actions = ActionRow::page(act.conn, case.row.id, newest)?;
    let kept = actions
        .into_iter()
        .filter(|action| action.status != ActionStatus::Cancelled);
    Ok(kept
        .map(|action| Agreed {
            text: action.text,
            who: action.responsible,
            when: action.due_on,
            done: action.status == ActionStatus::Done,
        })
        .collect())
}

/// What the adult was told would happen, from the last conversation with them.
fn next_steps(act: &mut Act, case: &Reached, newest: &PageRequest) -> Result<Vec<Next>, Problem> {
    let contacts = Contact::page(act.conn, case.row.id, newest)?;
    let last = contacts.into_iter().find(|contact| contact.with_adult);
    let steps = last.map(|contact| contact.next_steps.0).unwrap_or_default();
    Ok(steps
        .into_iter()
        .map(|step| Next {
            text: step.text,
            who: step.by,
            when: step.when,
        })
        .collect())
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(get_my_view);
}

/// Read the adult's own page
///
/// What they said, who is helping, what was agreed and what happens next, in plain words. The worker sees what the adult
/// sees.
#[utoipa::path(
    operation_id = "getMyView",
    tag = "The adult's page",
    params(CasePath),
    responses((status = 200, description = "The page", body = MyView)),
    extensions(("x-permission" = json!("my_view.read")))
)]
#[get("/v1/cases/{caseId}/my-view")]
pub async fn get_my_view(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.read(move |act| read(act, case)).await
}

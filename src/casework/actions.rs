//! Actions: what somebody will do, by when, and towards which of the adult's outcomes. A due date is agreed and may
//! be moved; the record keeps each one there was. An action against something the adult does not want names that wish.

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::cases::model::Agreement;
use super::outcomes::model::Outcome;
use super::plans::model::PlanRow;
use super::record::{self, Head, OwnedRow, Record};
use super::wishes::{Wish, WishKind};
use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::cases::reach::{Reached, reach};
use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::http::answer::View;
use crate::ids::Id;
use crate::people::agencies;
use crate::problem::{Code, Fault, Problem};
use crate::schema::actions::actions;

crate::codes! {
    /// Where an action stands.
    pub enum ActionStatus {
        /// To be done.
        Open = "open",
        /// Done.
        Done = "done",
        /// No longer to be done.
        Cancelled = "cancelled",
    }
}

/// A due date that was agreed before the present one.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarlierDueDate {
    /// The date.
    pub due_on: Option<NaiveDate>,
    /// When it was changed.
    pub changed_at: UtcTime,
}

crate::case_row! {
    /// An action as it is kept.
    ActionRow (ActionContent) in actions as "action" [partner own parties] [withheld in shown_version, shown_at] {
        /// What.
        text: String,
        /// Who will do it.
        responsible: String,
        /// Of which agency.
        agency: Option<String>,
        /// That agency, if it is one of those here.
        agency_id: Option<Id>,
        /// By when.
        due_on: Option<NaiveDate>,
        /// Where it stands.
        status: ActionStatus,
        /// Whether the adult agrees.
        adult_agrees: Option<Agreement>,
        /// The "do not want" it goes against.
        overrides_wish_id: Option<Id>,
        /// Why.
        override_reason: Option<String>,
        /// The plan it belongs to.
        plan_id: Option<Id>,
        /// Outcomes it serves.
        linked_outcomes: Json<Vec<Id>>,
        /// Due dates before the present one.
        due_history: Json<Vec<EarlierDueDate>>,
    }
}

/// Something that somebody will do.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "text": "Ring the bank about a daily limit", "responsible": "Priya Nair", "dueOn": "2026-12-02", "adultAgrees": "yes"
}))]
pub struct NewAction {
    /// What.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub text: String,
    /// Who will do it.
    #[schema(min_length = 1, max_length = 200)]
    pub responsible: String,
    /// Of which agency.
    #[schema(min_length = 1, max_length = 200)]
    pub agency: Option<String>,
    /// That agency, if it is one of those here: it reads the action, and says where it stands, when it is named on the case for the
    /// plan.
    pub agency_id: Option<Id>,
    /// By when; agreed, never a gate.
    pub due_on: Option<NaiveDate>,
    /// Where it stands; open, if absent.
    pub status: Option<ActionStatus>,
    /// Whether the adult agrees; any answer is taken.
    pub adult_agrees: Option<Agreement>,
    /// The plan it belongs to.
    pub plan_id: Option<Id>,
    /// Outcomes it serves.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub linked_outcomes: Vec<Id>,
    /// The "do not want" it goes against, if it does.
    pub overrides_wish_id: Option<Id>,
    /// Why it does; needed with `overridesWishId`.
    #[schema(min_length = 1, max_length = 4000)]
    pub override_reason: Option<String>,
}

/// An action.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// What.
    pub text: String,
    /// Who will do it.
    pub responsible: String,
    /// Of which agency.
    pub agency: Option<String>,
    /// That agency, if it is one of those here.
    pub agency_id: Option<Id>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// Due dates before the present one.
    pub due_history: Vec<EarlierDueDate>,
    /// Where it stands.
    pub status: ActionStatus,
    /// Whether the adult agrees.
    pub adult_agrees: Option<Agreement>,
    /// The plan it belongs to.
    pub plan_id: Option<Id>,
    /// Outcomes it serves.
    pub linked_outcomes: Vec<Id>,
    /// The "do not want" it goes against.
    pub overrides_wish_id: Option<Id>,
    /// Why it does.
    pub override_reason: Option<String>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// When it was last changed.
    pub updated_at: UtcTime,
    /// Why it should not have been recorded, if somebody said so; it counts nowhere, and shows to staff only.
    pub entered_in_error: Option<String>,
}

impl View for ActionView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Record for ActionRow {
    type Body = NewAction;
    type View = ActionView;

    fn new(head: Head, body: NewAction) -> Self {
        let content = ActionContent {
            text: body.text,
            responsible: body.responsible,
            agency: body.agency,
            agency_id: body.agency_id,
            due_on: body.due_on,
            status: body.status.unwrap_or(ActionStatus::Open),
            adult_agrees: body.adult_agrees,
            overrides_wish_id: body.overrides_wish_id,
            override_reason: body.override_reason,
            plan_id: body.plan_id,
            linked_outcomes: Json(body.linked_outcomes),
            due_history: Json(vec![]),
        };
        Self::of(head, content)
    }

    fn body(&self) -> NewAction {
        NewAction {
            text: self.text.clone(),
            responsible: self.responsible.clone(),
            agency: self.agency.clone(),
            agency_id: self.agency_id,
            due_on: self.due_on,
            status: Some(self.status),
            adult_agrees: self.adult_agrees,
            plan_id: self.plan_id,
            linked_outcomes: self.linked_outcomes.0.clone(),
            overrides_wish_id: self.overrides_wish_id,
            override_reason: self.override_reason.clone(),
        }
    }

    fn view(self) -> ActionView {
        ActionView {
            id: self.id,
            text: self.text,
            responsible: self.responsible,
            agency: self.agency,
            agency_id: self.agency_id,
            due_on: self.due_on,
            due_history: self.due_history.0,
            status: self.status,
            adult_agrees: self.adult_agrees,
            plan_id: self.plan_id,
            linked_outcomes: self.linked_outcomes.0,
            overrides_wish_id: self.overrides_wish_id,
            override_reason: self.override_reason,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            entered_in_error: self.entered_in_error,
        }
    }

    /// Why a wish was overridden is for staff and advocates: the app may be in the hands of whoever it is about.
    fn shown(mut self, case: &Reached) -> ActionView {
        if !case.sees_what_is_withheld() {
            self.override_reason = None;
            self.overrides_wish_id = None;
            self.version = self.shown_version;
            self.updated_at = self.shown_at;
        }
        self.view()
    }
}

crate::record_operations! {
    ActionRow, NewAction, ActionView, tag "Actions", at "/v1/cases/{caseId}/actions",
    one "/v1/cases/{caseId}/actions/{actionId}" (ActionPath), read "actions.read", write "actions.record",
    list list_actions "listActions" "List actions" "What somebody will do, by when, and whether it is done.",
    create record_action "recordAction" "Record an action"
        "One that goes against a recorded \"do not want\" names the wish and says why." by create,
    get get_action "getAction" "Read an action" "With the due dates there were before the present one.",
    amend amend_action "amendAction" "Amend an action"
        "By a merge patch; an earlier due date is kept. A partner agency changes the status of its own, and nothing else."
        may "actions.amend" by amend,
    mistake mark_action "markActionEnteredInError" "/v1/cases/{caseId}/actions/{actionId}/entered-in-error"
        may "actions.record",
}

fn create(act: &mut Act, case: Id, body: &Body<NewAction>) -> Result<Id, Problem> {
    record::create_as::<ActionRow>(act, case, body, faults)
}

fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<NewAction>>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let row: ActionRow = record::row(act, &case, id)?;
    act.expect_version(match case.sees_what_is_withheld() {
        true => row.version,
        false => row.shown_version,
    })?;
    let before = row.body();
    let body = patch.valid()?.applied_to(&before)?;
    let only_the_status = NewAction {
        status: body.status,
        ..before.clone()
    };
    if case.partner.is_some() && body != only_the_status {
        return Err(Problem::new(Code::Forbidden)
            .saying("An agency says where its action stands; all else is for those who work on the case."));
    }
    let faults = faults(act, &case, &body)?;
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let mut amended = ActionRow::new(row.head(), body.clone());
    amended.due_history = row.due_history;
    if amended.due_on != row.due_on {
        amended.due_history.0.push(EarlierDueDate {
            due_on: row.due_on,
            changed_at: act.now,
        });
    }
    match without_withheld(body) == without_withheld(before) {
        true => record::write_over_withheld(act, &mut amended),
        false => record::write_over(act, &mut amended, "amended"),
    }
}

/// What shows of an action to whoever does not see that it goes against a wish.
fn without_withheld(action: NewAction) -> NewAction {
    NewAction {
        overrides_wish_id: None,
        override_reason: None,
        ..action
    }
}

fn faults(act: &mut Act, case: &Reached, action: &NewAction) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    for (index, outcome) in action.linked_outcomes.iter().enumerate() {
        if Outcome::find(act.conn, case.row.id, *outcome)?.is_none() {
            let pointer = format!("/linkedOutcomes/{index}");
            faults.push(Fault::at(
                pointer,
                "unknown",
                "There is no such outcome on this case.",
            ));
        }
    }
    faults.extend(agencies::fault_of(act.conn, action.agency_id, "/agencyId")?);
    if let Some(id) = action.plan_id
        && PlanRow::find(act.conn, case.row.id, id)?.is_none()
    {
        let detail = "There is no such plan on this case.";
        faults.push(Fault::at("/planId", "unknown", detail));
    }
    if let Some(id) = action.overrides_wish_id {
        let wish = Wish::find(act.conn, case.row.id, id)?;
        if wish.is_none_or(|wish| wish.kind != WishKind::DoNotWant) {
            let detail = "There is no such \"do not want\" on this case.";
            faults.push(Fault::at("/overridesWishId", "unknown", detail));
        }
        if action.override_reason.is_none() {
            faults.push(Fault::required(
                "/overrideReason",
                "Say why it goes against what the adult does not want.",
            ));
        }
    }
    Ok(faults)
}

/// It is of the agency that is to do it.
fn parties(action: &ActionRow) -> Vec<Id> {
    action.agency_id.into_iter().collect()
}

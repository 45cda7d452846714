//! Updates: what the referrer adds after sending. Append-only; none of them ends anything.

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Referral, Task, TaskKind, WrittenBy};
use super::reach::{Reached, reach, reach_to_add, reach_to_read, reads_need_an_agreement};
use super::{hidden_from, rules, service, store};
use crate::act::Act;
use crate::body::Body;
use crate::casework::record::{Head, OwnedRow, row};
use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{ReferralPath, ReferralUpdatePath};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::adults::Likeness;
use crate::problem::Problem;
use crate::schema::referral_life::referral_updates;

crate::codes! {
    /// What an update is.
    pub enum UpdateKind {
        /// There is more to know.
        AdditionalInformation = "additional_information",
        /// Something was wrong.
        Correction = "correction",
        /// It names the wrong person: the content is hidden and a manager must look.
        WrongPerson = "wrong_person",
        /// The referrer takes it back; what is known is still looked at.
        Withdrawal = "withdrawal",
    }
}

/// A field that was wrong, in the referrer's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorrectedField {
    /// Which.
    #[schema(min_length = 1, max_length = 200)]
    pub field: String,
    /// What it should say.
    #[schema(min_length = 1, max_length = 4000)]
    pub value: String,
}

/// What the referrer adds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "kind": "correction", "text": "The house number was wrong",
    "correctedFields": [{"field": "adult.address", "value": "14 Mill Lane"}]
}))]
pub struct NewReferralUpdate {
    /// What it is.
    pub kind: UpdateKind,
    /// In words.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub text: String,
    /// Fields that were wrong; the referral itself is kept as it was sent.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub corrected_fields: Vec<CorrectedField>,
}

crate::case_row! {
    /// An update as it is kept.
    ReferralUpdate (ReferralUpdateContent) in referral_updates of referral_id (Reached) as "referral_update" {
        /// What it is.
        kind: UpdateKind,
        /// In words.
        text: String,
        /// Who wrote it down.
        written_by: WrittenBy,
        /// Fields that were wrong.
        corrected_fields: Json<Vec<CorrectedField>>,
    }
}

/// An update.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReferralUpdateView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// What it is.
    pub kind: UpdateKind,
    /// In words; withheld while the referral's content is.
    pub text: Option<String>,
    /// Fields that were wrong.
    pub corrected_fields: Vec<CorrectedField>,
    /// Who wrote it down.
    pub written_by: WrittenBy,
    /// For staff: fields that are withheld from this reader.
    pub withheld: Option<Vec<String>>,
    /// Always 1: an update is never changed.
    pub version: i64,
    /// When it was received.
    pub created_at: UtcTime,
}

impl View for ReferralUpdateView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        self.text.is_none().then(|| "withheld".to_owned())
    }
}

fn view(update: ReferralUpdate, referral: &Reached) -> ReferralUpdateView {
    let is_withheld = referral.is_withheld();
    let withheld = match is_withheld {
        true => vec!["text".to_owned(), "correctedFields".to_owned()],
        false => vec![],
    };
    ReferralUpdateView {
        id: update.id,
        kind: update.kind,
        text: (!is_withheld).then_some(update.text),
        corrected_fields: if is_withheld {
            vec![]
        } else {
            update.corrected_fields.0
        },
        written_by: update.written_by,
        withheld: referral.standing.is_staff().then_some(withheld),
        version: update.version,
        created_at: update.created_at,
    }
}

/// Adds an update; staff have something new to read.
pub fn add(act: &mut Act, referral: Id, body: &Body<NewReferralUpdate>) -> Result<Id, Problem> {
    let mut reached = reach_to_add(act, referral)?;
    let new = body.valid()?.clone();
    let content = ReferralUpdateContent {
        kind: new.kind,
        text: new.text.clone(),
        written_by: reached.written_by(act),
        corrected_fields: Json(new.corrected_fields),
    };
    let update = ReferralUpdate::of(Head::new(act, &reached), content);
    update.insert(act.conn)?;
    if new.kind == UpdateKind::Correction {
        let corrected = corrected(&reached.row, &update.corrected_fields.0);
        hidden_from::know(act, (reached.row.id, &reached.row.authority), &corrected)?;
    }
    let referral = &mut reached.row;
    referral.mark_unread(act.now);
    match new.kind {
        UpdateKind::Withdrawal => {
            referral.withdrawn_at.get_or_insert(act.now);
        }
        UpdateKind::WrongPerson => {
            referral.tasks.0.push(Task {
                id: Id::new(),
                kind: TaskKind::WrongPerson,
                opened_at: act.now,
                update_id: update.id,
                reason: new.text,
                resolution: None,
            });
            referral.needs_attention = true;
        }
        UpdateKind::AdditionalInformation => rules::was_told_more(referral),
        UpdateKind::Correction => {}
    }
    store::save(act, referral)?;
    service::tell(act, referral, "updated")?;
    Ok(update.id)
}

/// What a referral's adult may be known by, as its sender corrects it: as far as the fields can be told by their names.
fn corrected(referral: &Referral, fields: &[CorrectedField]) -> Likeness {
    let mut known = referral.content.0.adult.likeness();
    for field in fields {
        let name = field.field.trim_start_matches('/').replace('/', ".");
        let value = field.value.trim();
        match name.strip_prefix("adult.").unwrap_or(&name) {
            "familyName" => known.family_name = Some(value.to_owned()),
            "nhsNumber" => known.nhs_number = Some(value.replace(' ', "")),
            "dateOfBirth" => known.date_of_birth = value.parse().ok().or(known.date_of_birth),
            _ => {}
        }
    }
    known
}

/// Reads an update.
pub fn get(act: &mut Act, referral: Id, id: Id) -> Result<ReferralUpdateView, Problem> {
    let referral = reach(act, referral)?;
    let update = row::<ReferralUpdate>(act, &referral, id)?;
    Ok(view(update, &referral))
}

/// Lists the updates of a referral.
pub fn list(act: &mut Act, referral: Id, page: &PageRequest) -> Result<Rows<ReferralUpdateView>, Problem> {
    let referral = reach_to_read(act, referral)?;
    let rows = ReferralUpdate::page(act.conn, referral.row.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|update| view(update, &referral)))
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_referral_updates)
        .service(add_referral_update)
        .service(get_referral_update);
}

/// List the updates of a referral
///
/// What the referrer added after sending it.
#[utoipa::path(
    operation_id = "listReferralUpdates",
    tag = "Referrals",
    params(ReferralPath, PageParams),
    responses((status = 200, description = "A page of updates", body = Page<ReferralUpdateView>)),
    extensions(("x-permission" = json!("referrals.follow")))
)]
#[get("/v1/referrals/{referralId}/updates")]
pub async fn list_referral_updates(call: Call, ids: Ids<1>) -> Reply {
    let Ids([referral]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, referral, page))
        .await
}

/// Add to a referral
///
/// By the agency that sent it, or by the member of staff who took it. Staff have something new to read. A
/// `withdrawal` closes nothing: only the receipt says `withdrawn`. `wrong_person` hides what was sent from everyone
/// but the manager, who settles it.
#[utoipa::path(
    operation_id = "addReferralUpdate",
    tag = "Referrals",
    params(ReferralPath),
    request_body = NewReferralUpdate,
    responses((status = 201, description = "The update", body = ReferralUpdateView)),
    extensions(("x-permission" = json!("referrals.update")))
)]
#[post("/v1/referrals/{referralId}/updates")]
pub async fn add_referral_update(call: Call, ids: Ids<1>, body: Body<NewReferralUpdate>) -> Reply {
    let Ids([referral]) = ids;
    call.create(
        body,
        move |act, body| add(act, referral, body),
        move |act, id| get(act, referral, id),
    )
    .await
}

/// Read an update
///
/// One thing that the referrer added.
#[utoipa::path(
    operation_id = "getReferralUpdate",
    tag = "Referrals",
    params(ReferralUpdatePath),
    responses((status = 200, description = "The update", body = ReferralUpdateView)),
    extensions(("x-permission" = json!("referrals.follow")))
)]
#[get("/v1/referrals/{referralId}/updates/{updateId}")]
pub async fn get_referral_update(call: Call, ids: Ids<2>) -> Reply {
    let Ids([referral, update]) = ids;
    call.read(move |act| {
        let update = get(act, referral, update)?;
        reads_need_an_agreement(act)?;
        Ok(update)
    })
    .await
}

//! Ways to reach the adult, each with whether it is safe. A confidential one is withheld from everyone without the
//! right to it: silently, except that staff and assigned advocates see that something is.

use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use diesel::QueryResult;

use super::reach::{ReachedAdult, reach_adult};
use super::store;
use crate::act::Act;
use crate::body::Body;
use crate::casework::record::{self, Head, OwnedRow, Record, row, write_new, write_over};
use crate::casework::referrals::dto::ReferredAdult;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::facts::YesNoNotKnown;
use crate::http::answer::View;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::problem::{Fault, Problem};
use crate::schema::adult_records::adult_contact_points;

crate::codes! {
    /// Kind of contact point.
    pub enum ContactPointKind {
        /// An address.
        Address = "address",
        /// A landline.
        Phone = "phone",
        /// A mobile telephone.
        Mobile = "mobile",
        /// E-mail.
        Email = "email",
        /// Another.
        Other = "other",
    }
}

crate::codes! {
    /// What an address is to the adult.
    pub enum AddressUse {
        /// Home.
        Home = "home",
        /// Where the adult is for now.
        Current = "current",
        /// No fixed abode: where the adult can usually be found.
        NoFixedAbode = "no_fixed_abode",
    }
}

crate::codes! {
    /// Whether a contact point is in use.
    pub enum ContactPointStatus {
        /// In use.
        Current = "current",
        /// An earlier one that others keep using on purpose.
        KeptShared = "kept_shared",
        /// No longer in use.
        Retired = "retired",
    }
}

crate::codes! {
    /// What becomes of the address before.
    pub enum OldAddress {
        /// It is used no more.
        Retire = "retire",
        /// Others go on using it, so that the new one does not show.
        KeepShared = "keep_shared",
    }
}

/// Someone who knows a contact point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 200, example = "GP surgery")]
pub struct SharedWith(pub String);

crate::case_row! {
    /// A contact point as it is kept.
    ContactPoint (ContactPointContent) in adult_contact_points of adult_id (ReachedAdult) as "contact_point" {
        /// Kind.
        kind: ContactPointKind,
        /// What an address is to the adult.
        address_use: Option<AddressUse>,
        /// Number or address.
        value: String,
        /// Postcode of an address.
        postcode: Option<String>,
        /// Whether it is safe to use.
        safe_to_use: YesNoNotKnown,
        /// Whether a message may be left.
        safe_to_leave_message: Option<YesNoNotKnown>,
        /// When it is safe.
        safe_times: Option<String>,
        /// Whether only those with the right to it may know it.
        confidential: bool,
        /// Whether it is in use.
        status: ContactPointStatus,
        /// Who knows it.
        shared_with: Json<Vec<SharedWith>>,
    }
}

/// A way to reach the adult.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "kind": "mobile", "value": "07700 900123", "safeToUse": "yes", "safeToLeaveMessage": "no",
    "safeTimes": "weekday mornings", "confidential": true, "sharedWith": ["GP surgery"]
}))]
pub struct NewContactPoint {
    /// Kind.
    pub kind: ContactPointKind,
    /// What an address is to the adult; home unless said otherwise.
    #[serde(rename = "use")]
    pub address_use: Option<AddressUse>,
    /// Number or address.
    #[schema(min_length = 1, max_length = 500, extensions(("x-rule" = json!("not_blank"))))]
    pub value: String,
    /// Postcode of an address.
    #[schema(min_length = 2, max_length = 10)]
    pub postcode: Option<String>,
    /// Whether it is safe to use; not known unless it is said.
    pub safe_to_use: Option<YesNoNotKnown>,
    /// Whether a message may be left.
    pub safe_to_leave_message: Option<YesNoNotKnown>,
    /// When it is safe.
    #[schema(min_length = 1, max_length = 300)]
    pub safe_times: Option<String>,
    /// Whether only the adult, the allocated practitioner and the manager may know it.
    pub confidential: Option<bool>,
    /// Whether it is in use.
    pub status: Option<ContactPointStatus>,
    /// Who knows it.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub shared_with: Vec<SharedWith>,
    /// The address that this one takes the place of.
    pub replaces: Option<Id>,
    /// What becomes of that address; needed where there is one.
    pub old_address: Option<OldAddress>,
}

/// A way to reach the adult.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactPointView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Kind.
    pub kind: ContactPointKind,
    /// What an address is to the adult.
    #[serde(rename = "use")]
    pub address_use: Option<AddressUse>,
    /// Number or address.
    pub value: Option<String>,
    /// Postcode of an address.
    pub postcode: Option<String>,
    /// Whether it is safe to use.
    pub safe_to_use: YesNoNotKnown,
    /// Whether a message may be left.
    pub safe_to_leave_message: Option<YesNoNotKnown>,
    /// When it is safe.
    pub safe_times: Option<String>,
    /// Whether only those with the right to it may know it.
    pub confidential: bool,
    /// Whether it is in use.
    pub status: ContactPointStatus,
    /// Who knows it.
    pub shared_with: Vec<SharedWith>,
    /// What is not shown.
    pub withheld: Option<Vec<String>>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// When it was last changed.
    pub updated_at: UtcTime,
    /// Why it should not have been recorded, if somebody said so; it counts nowhere, and shows to staff only.
    pub entered_in_error: Option<String>,
}

impl View for ContactPointView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        self.withheld.as_ref().map(|_| "part".to_owned())
    }
}

impl ContactPointView {
    fn withholding(mut self) -> Self {
        self.value = None;
        self.postcode = None;
        self.safe_times = None;
        self.shared_with.clear();
        self.withheld = Some(vec!["value".to_owned()]);
        self
    }
}

impl Record for ContactPoint {
    type Body = NewContactPoint;
    type View = ContactPointView;

    fn new(head: Head, body: NewContactPoint) -> Self {
        let home = (body.kind == ContactPointKind::Address).then_some(AddressUse::Home);
        Self::of(
            head,
            ContactPointContent {
                kind: body.kind,
                address_use: body.address_use.or(home),
                value: body.value,
                postcode: body.postcode,
                safe_to_use: body.safe_to_use.unwrap_or(YesNoNotKnown::NotKnown),
                safe_to_leave_message: body.safe_to_leave_message,
                safe_times: body.safe_times,
                confidential: body.confidential.unwrap_or(false),
                status: body.status.unwrap_or(ContactPointStatus::Current),
                shared_with: Json(body.shared_with),
            },
        )
    }

    fn body(&self) -> NewContactPoint {
        NewContactPoint {
            kind: self.kind,
            address_use: self.address_use,
            value: self.value.clone(),
            postcode: self.postcode.clone(),
            safe_to_use: Some(self.safe_to_use),
            safe_to_leave_message: self.safe_to_leave_message,
            safe_times: self.safe_times.clone(),
            confidential: Some(self.confidential),
            status: Some(self.status),
            shared_with: self.shared_with.0.clone(),
            replaces: None,
            old_address: None,
        }
    }

    fn view(self) -> ContactPointView {
        ContactPointView {
            id: self.id,
            kind: self.kind,
            address_use: self.address_use,
            value: Some(self.value),
            postcode: self.postcode,
            safe_to_use: self.safe_to_use,
            safe_to_leave_message: self.safe_to_leave_message,
            safe_times: self.safe_times,
            confidential: self.confidential,
            status: self.status,
            shared_with: self.shared_with.0,
            withheld: None,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            entered_in_error: self.entered_in_error,
        }
    }
}

crate::record_operations! {
    ContactPoint, NewContactPoint, ContactPointView, tag "Adults",
    at "/v1/adults/{adultId}/contact-points" of AdultPath,
    one "/v1/adults/{adultId}/contact-points/{contactPointId}" (ContactPointPath),
    read "adults.read", write "adults.amend",
    list list_contact_points "listContactPoints" "List ways to reach the adult"
        "Each with whether and when it is safe. Confidential ones show only to the adult, the allocated practitioner and the manager." by list_shown,
    create record_contact_point "recordContactPoint" "Record a way to reach the adult"
        "A new address says what becomes of the one before: `replaces` and `oldAddress`." by record_point,
    get get_contact_point "getContactPoint" "Read a way to reach the adult" "One contact point." by get_shown,
    amend amend_contact_point "amendContactPoint" "Amend a way to reach the adult"
        "By a merge patch. An address that changed is a new contact point." by amend_point,
    mistake mark_contact_point "markContactPointEnteredInError" "/v1/adults/{adultId}/contact-points/{contactPointId}/entered-in-error"
        may "adults.amend",
}

fn list_shown(act: &mut Act, adult: Id, page: &PageRequest) -> Result<Rows<ContactPointView>, Problem> {
    let adult = reach_adult(act, adult)?;
    let all = adult.confidential || adult.told_of_withheld;
    let rows = store::contact_points(act.conn, adult.row.id, (all, adult.staff), page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| shown(&adult, row)))
}

fn get_shown(act: &mut Act, adult: Id, id: Id) -> Result<ContactPointView, Problem> {
    let adult = reach_adult(act, adult)?;
    let point: ContactPoint = row(act, &adult, id)?;
    if point.confidential && !adult.confidential && !adult.told_of_withheld {
        return Err(Problem::not_found());
    }
    Ok(shown(&adult, point))
}

fn shown(adult: &ReachedAdult, point: ContactPoint) -> ContactPointView {
    let withheld = point.confidential && !adult.confidential;
    let view = point.view();
    if withheld { view.withholding() } else { view }
}

fn record_point(act: &mut Act, adult: Id, body: &Body<NewContactPoint>) -> Result<Id, Problem> {
    let id = record::create_as::<ContactPoint>(act, adult, body, |act, adult, body| {
        if body.kind != ContactPointKind::Address {
            return Ok(vec![]);
        }
        let wanted = body.address_use.unwrap_or(AddressUse::Home);
        let standing = store::current_addresses(act.conn, adult.row.id)?;
        let same_use: Vec<ContactPoint> = standing
            .into_iter()
            .filter(|point| point.address_use == Some(wanted))
            .collect();
        Ok(faults_of_change(body, &same_use))
    })?;
    if let Some(value) = body.value()
        && let (Some(old), Some(becomes)) = (value.replaces, value.old_address)
        && let Some(mut before) = ContactPoint::find(act.conn, adult, old)?
    {
        before.status = match becomes {
            OldAddress::Retire => ContactPointStatus::Retired,
            OldAddress::KeepShared => ContactPointStatus::KeptShared,
        };
        write_over(act, &mut before, "amended")?;
    }
    Ok(id)
}

fn faults_of_change(body: &NewContactPoint, same_use: &[ContactPoint]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let known = |id: Id| same_use.iter().any(|point| point.id == id);
    match body.replaces {
        Some(id) if !known(id) => faults.push(Fault::at(
            "/replaces",
            "unknown",
            "This is not an address of the same use that is in use.",
        )),
        None if !same_use.is_empty() => faults.push(Fault::required(
            "/replaces",
            "There is an address of this use: say which one this takes the place of.",
        )),
        _ => {}
    }
    if !same_use.is_empty() && body.old_address.is_none() {
        faults.push(Fault::required(
            "/oldAddress",
            "Decide what becomes of the address before: `retire`, or `keep_shared` so that the new one does not show.",
        ));
    }
    faults
}

fn amend_point(
    act: &mut Act,
    adult: Id,
    id: Id,
    patch: &Body<crate::body::Patch<NewContactPoint>>,
) -> Result<Id, Problem> {
    let reached = reach_adult(act, adult)?;
    let before: ContactPoint = row(act, &reached, id)?;
    record::amend_as::<ContactPoint>(act, adult, id, patch, |_, _, body| {
        let moved = body.value != before.value || body.postcode != before.postcode;
        Ok(match before.kind == ContactPointKind::Address && moved {
            true => vec![Fault::at(
                "/value",
                "new_address",
                "Record the new address as a contact point, with what becomes of this one.",
            )],
            false => vec![],
        })
    })
}

/// Appends what a referral says of how to reach the adult.
pub fn append_referred(act: &mut Act, adult: &ReachedAdult, referred: &ReferredAdult) -> Result<(), Problem> {
    let mut points: Vec<NewContactPoint> = referred
        .contact_points
        .iter()
        .map(|point| NewContactPoint {
            kind: ContactPointKind::parse(&point.kind.to_lowercase()).unwrap_or(ContactPointKind::Other),
            address_use: None,
            value: point.value.clone(),
            postcode: None,
            safe_to_use: point.safe_to_use,
            safe_to_leave_message: point.safe_to_leave_message,
            safe_times: None,
            confidential: None,
            status: None,
            shared_with: vec![],
            replaces: None,
            old_address: None,
        })
        .collect();
    if let Some(address) = &referred.address {
        points.push(NewContactPoint {
            kind: ContactPointKind::Address,
            address_use: None,
            value: address.clone(),
            postcode: referred.postcode.clone(),
            safe_to_use: None,
            safe_to_leave_message: None,
            safe_times: None,
            confidential: None,
            status: None,
            shared_with: vec![],
            replaces: None,
            old_address: None,
        });
    }
    for point in points {
        let head = Head::of(act, Id::new(), (adult.row.id, &adult.row.authority));
        write_new(act, &ContactPoint::new(head, point), "recorded")?;
    }
    Ok(())
}

/// A way to reach the adult that is safe to use.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SafeContact {
    /// Kind.
    pub kind: ContactPointKind,
    /// Number or address.
    pub value: String,
    /// Whether a message may be left.
    pub safe_to_leave_message: Option<YesNoNotKnown>,
    /// When it is safe.
    pub safe_times: Option<String>,
}

/// Ways to reach the adult that are in use, safe to use, and not confidential.
pub fn safe(conn: &mut Connection, adult: Id) -> QueryResult<Vec<SafeContact>> {
    let points = store::safe_contact_points(conn, adult)?;
    let safe = points.into_iter().map(|point| SafeContact {
        kind: point.kind,
        value: point.value,
        safe_to_leave_message: point.safe_to_leave_message,
        safe_times: point.safe_times,
    });
    Ok(safe.collect())
}

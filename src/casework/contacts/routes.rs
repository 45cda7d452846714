//! `/v1/cases/{caseId}/contacts`.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::{ContactView, NewContact};
use super::model::Contact;
use super::service;
use crate::body::Body;
use crate::casework::record;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, ContactPath};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_contacts)
        .service(record_contact)
        .service(get_contact)
        .service(mark_contact);
}

/// List contacts
///
/// The case notes, newest first.
#[utoipa::path(
    operation_id = "listContacts",
    tag = "Contacts",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of contacts", body = Page<ContactView>)),
    extensions(("x-permission" = json!("contacts.read")))
)]
#[get("/v1/cases/{caseId}/contacts")]
pub async fn list_contacts(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| service::list(act, case, page))
        .await
}

/// Record a contact
///
/// The case note, with whether the adult was asked what they want, what they said, and what happens next: all of it
/// is recorded, or none.
#[utoipa::path(
    operation_id = "recordContact",
    tag = "Contacts",
    params(CasePath),
    request_body = NewContact,
    responses((status = 201, description = "The contact", body = ContactView)),
    extensions(("x-permission" = json!("contacts.record")))
)]
#[post("/v1/cases/{caseId}/contacts")]
pub async fn record_contact(call: Call, ids: Ids<1>, body: Body<NewContact>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| service::record(act, case, body),
        move |act, id| service::get(act, case, id),
    )
    .await
}

/// Read a contact
///
/// One case note.
#[utoipa::path(
    operation_id = "getContact",
    tag = "Contacts",
    params(ContactPath),
    responses((status = 200, description = "The contact", body = ContactView)),
    extensions(("x-permission" = json!("contacts.read")))
)]
#[get("/v1/cases/{caseId}/contacts/{contactId}")]
pub async fn get_contact(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, contact]) = ids;
    call.read(move |act| service::get(act, case, contact)).await
}

crate::mistake_operation! {
    ContactView, tag "Contacts", at "/v1/cases/{caseId}/contacts/{contactId}/entered-in-error" (ContactPath),
    may "contacts.record", mark_contact "markContactEnteredInError" by record::mark::<Contact>, then service::get
}

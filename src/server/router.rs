//! Every operation, on one screen.

use utoipa_actix_web::service_config::ServiceConfig;

use super::system;
use crate::auth::{metadata, oauth, routes as auth, sign_in};
use crate::casework::{
    access, actions, adults, advocacy, capacity, cases, contacts, disagreements, feedback, informed, links,
    meetings, outcomes, persons_of_concern, plans, questionnaires, referrals, requests, responses, risks,
    sharing_decisions, summary, wishes,
};
use crate::my_view;
use crate::oversight::{access_log, events, notices};
use crate::people::{admin, advocates, approvals, authorities, colleagues, drafts};
use crate::reference;

/// Registers the operations; the contract is made from exactly these.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(oauth::get_token)
        .service(oauth::revoke_token)
        .service(auth::me)
        .service(metadata::published_keys)
        .service(metadata::authorization_server)
        .service(metadata::protected_resource)
        .service(system::contract)
        .service(system::live)
        .service(system::ready)
        .service(system::problem_page)
        .service(authorities::get_authority_settings)
        .service(authorities::keep_authority_settings)
        .service(colleagues::list_colleagues)
        .service(advocates::list_advocates)
        .service(advocates::register_advocate)
        .service(advocates::get_advocate)
        .service(advocates::amend_advocate);
    sign_in::operations(config);
    referrals::routes::operations(config);
    adults::routes::operations(config);
    adults::contact_points::operations(config);
    adults::needs::operations(config);
    adults::representatives::operations(config);
    cases::routes::operations(config);
    access::app_access::operations(config);
    access::invitations::operations(config);
    access::grants::operations(config);
    access::conflicts::operations(config);
    access::emergency::operations(config);
    requests::operations(config);
    my_view::operations(config);
    cases::caused::operations(config);
    cases::transfer::operations(config);
    cases::team::operations(config);
    cases::timeline::operations(config);
    contacts::routes::operations(config);
    summary::operations(config);
    outcomes::routes::operations(config);
    wishes::operations(config);
    capacity::assessments::operations(config);
    capacity::decisions::operations(config);
    advocacy::needs::operations(config);
    advocacy::routes::operations(config);
    advocacy::representations::operations(config);
    meetings::operations(config);
    meetings::participation::operations(config);
    meetings::transitions::operations(config);
    meetings::discussions::operations(config);
    meetings::checklist::operations(config);
    meetings::minutes::operations(config);
    meetings::calendar::operations(config);
    actions::operations(config);
    plans::operations(config);
    plans::routes::operations(config);
    responses::operations(config);
    risks::operations(config);
    persons_of_concern::operations(config);
    disagreements::operations(config);
    sharing_decisions::operations(config);
    informed::operations(config);
    links::operations(config);
    feedback::operations(config);
    questionnaires::routes::operations(config);
    reference::operations(config);
    drafts::operations(config);
    admin::operations(config);
    approvals::routes::operations(config);
    events::operations(config);
    access_log::operations(config);
    notices::operations(config);
}

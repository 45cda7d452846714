//! `/v1/questionnaires`.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::{NewQuestionnaire, QuestionnaireStep, QuestionnaireView};
use super::service;
use crate::body::{Body, Patch};
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{IfMatchHeader, QuestionnairePath};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_questionnaires)
        .service(record_questionnaire)
        .service(get_questionnaire)
        .service(amend_questionnaire)
        .service(move_questionnaire);
}

/// List questionnaires
///
/// The six questions, which everybody has, and every version of the questionnaires of the caller's authorities.
#[utoipa::path(
    operation_id = "listQuestionnaires",
    tag = "Questionnaires",
    params(PageParams),
    responses((status = 200, description = "A page of questionnaires", body = Page<QuestionnaireView>)),
    extensions(("x-permission" = json!("questionnaires.read")))
)]
#[get("/v1/questionnaires")]
pub async fn list_questionnaires(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| service::list(act, page))
        .await
}

/// Record a questionnaire
///
/// A new template of an authority, or the next version of one. A version of `msp-six` begins with the six questions as
/// they are, and is asked from then on where feedback names no questionnaire.
#[utoipa::path(
    operation_id = "recordQuestionnaire",
    tag = "Questionnaires",
    request_body = NewQuestionnaire,
    responses((status = 201, description = "The questionnaire", body = QuestionnaireView)),
    extensions(("x-permission" = json!("questionnaires.keep")))
)]
#[post("/v1/questionnaires")]
pub async fn record_questionnaire(call: Call, body: Body<NewQuestionnaire>) -> Reply {
    call.create(body, service::record, service::get).await
}

/// Read a questionnaire
///
/// One version, with every wording of its questions.
#[utoipa::path(
    operation_id = "getQuestionnaire",
    tag = "Questionnaires",
    params(QuestionnairePath),
    responses((status = 200, description = "The questionnaire", body = QuestionnaireView)),
    extensions(("x-permission" = json!("questionnaires.read")))
)]
#[get("/v1/questionnaires/{questionnaireId}")]
pub async fn get_questionnaire(call: Call, ids: Ids<1>) -> Reply {
    let Ids([questionnaire]) = ids;
    call.read(move |act| service::get(act, questionnaire)).await
}

/// Amend a questionnaire
///
/// By a merge patch, as long as nobody has answered it; after that, record the next version.
#[utoipa::path(
    operation_id = "amendQuestionnaire",
    tag = "Questionnaires",
    params(QuestionnairePath, IfMatchHeader),
    request_body = Patch<NewQuestionnaire>,
    responses((status = 200, description = "The questionnaire as it now is", body = QuestionnaireView)),
    extensions(("x-permission" = json!("questionnaires.keep")))
)]
#[patch("/v1/questionnaires/{questionnaireId}")]
pub async fn amend_questionnaire(call: Call, ids: Ids<1>, body: Body<Patch<NewQuestionnaire>>) -> Reply {
    let Ids([questionnaire]) = ids;
    call.change(
        body,
        move |act, body| service::amend(act, questionnaire, body),
        service::get,
    )
    .await
}

/// Retire a questionnaire
///
/// It is not asked any more. Its answers stay, and what was asked before is still taken.
#[utoipa::path(
    operation_id = "moveQuestionnaire",
    tag = "Questionnaires",
    params(QuestionnairePath, IfMatchHeader),
    request_body = QuestionnaireStep,
    responses((status = 200, description = "The questionnaire as it now is", body = QuestionnaireView)),
    extensions(("x-permission" = json!("questionnaires.keep")))
)]
#[post("/v1/questionnaires/{questionnaireId}/transitions")]
pub async fn move_questionnaire(call: Call, ids: Ids<1>, body: Body<QuestionnaireStep>) -> Reply {
    let Ids([questionnaire]) = ids;
    call.change(
        body,
        move |act, body| service::step(act, questionnaire, body),
        service::get,
    )
    .await
}

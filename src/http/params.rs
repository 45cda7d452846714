//! Parameters that many operations share, as the contract describes them.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::ids::Id;

macro_rules! path_params {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $doc:literal),+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(rename_all = "camelCase")]
        #[into_params(parameter_in = Path)]
        pub struct $name { $(#[doc = $doc] pub $field: Id),+ }
    )+};
}

path_params! {
    /// `{caseId}`.
    CasePath { case_id: "The case" }
    /// `{caseId}/…/{enquiryId}`.
    EnquiryPath { case_id: "The case", enquiry_id: "The enquiry" }
    /// `{caseId}/…/{causedEnquiryId}`.
    CausedEnquiryPath { case_id: "The case", caused_enquiry_id: "The enquiry of the other agency" }
    /// `{caseId}/requests/{askedId}`.
    RequestPath { case_id: "The case", asked_id: "The request" }
    /// `{caseId}/…/{grantId}`.
    GrantPath { case_id: "The case", grant_id: "Who is named" }
    /// `{caseId}/…/{conflictId}`.
    ConflictPath { case_id: "The case", conflict_id: "The conflict" }
    /// `{caseId}/…/{emergencyId}`.
    EmergencyPath { case_id: "The case", emergency_id: "The use of emergency access" }
    /// `{caseId}/…/{outcomeId}`.
    OutcomePath { case_id: "The case", outcome_id: "The outcome" }
    /// `{caseId}/…/{outcomeId}/revisions/{revisionId}`.
    RevisionPath { case_id: "The case", outcome_id: "The outcome", revision_id: "The revision" }
    /// `{caseId}/…/{outcomeId}/achievement/{achievementId}`.
    AchievementPath { case_id: "The case", outcome_id: "The outcome", achievement_id: "The judgement" }
    /// `{caseId}/…/{needId}`.
    NeedPath { case_id: "The case", need_id: "The need" }
    /// `{caseId}/…/{assignmentId}`.
    AssignmentPath { case_id: "The case", assignment_id: "The assignment" }
    /// `{caseId}/…/{meetingId}`.
    MeetingPath { case_id: "The case", meeting_id: "The meeting" }
    /// `{caseId}/…/{meetingId}/discussions/{discussionId}`.
    DiscussionPath { case_id: "The case", meeting_id: "The meeting", discussion_id: "The discussion" }
    /// `{caseId}/…/{feedbackId}`.
    FeedbackPath { case_id: "The case", feedback_id: "The feedback" }
    /// `{caseId}/…/{contactId}`.
    ContactPath { case_id: "The case", contact_id: "The contact" }
    /// `{caseId}/…/{planId}`.
    PlanPath { case_id: "The case", plan_id: "The plan" }
    /// `{caseId}/…/{planId}/versions/{versionId}`.
    PlanVersionPath { case_id: "The case", plan_id: "The plan", version_id: "The version" }
    /// `{caseId}/…/{responseId}`.
    ResponsePath { case_id: "The case", response_id: "The response" }
    /// `{caseId}/…/{actionId}`.
    ActionPath { case_id: "The case", action_id: "The action" }
    /// `{caseId}/…/{wishId}`.
    WishPath { case_id: "The case", wish_id: "The wish" }
    /// `{caseId}/…/{assessmentId}`.
    AssessmentPath { case_id: "The case", assessment_id: "The assessment" }
    /// `{caseId}/…/{decisionId}`.
    DecisionPath { case_id: "The case", decision_id: "The decision" }
    /// `{caseId}/…/{riskId}`.
    RiskPath { case_id: "The case", risk_id: "The risk" }
    /// `{caseId}/…/{disagreementId}`.
    DisagreementPath { case_id: "The case", disagreement_id: "The disagreement" }
    /// `{caseId}/…/{personId}`.
    PersonPath { case_id: "The case", person_id: "The person of concern" }
    /// `{caseId}/…/{sharingId}`.
    SharingPath { case_id: "The case", sharing_id: "The sharing decision" }
    /// `{caseId}/…/{linkId}`.
    LinkPath { case_id: "The case", link_id: "The link" }
    /// `{caseId}/…/{informedId}`.
    InformedPath { case_id: "The case", informed_id: "The record" }
    /// `{assignmentId}/representations/{representationId}`.
    RepresentationPath { case_id: "The case", assignment_id: "The assignment", representation_id: "The representation" }
    /// `{caseId}/app-access/{appAccessId}`.
    AppAccessPath { case_id: "The case", app_access_id: "The decision" }
    /// `{caseId}/invitations/{invitationId}`.
    InvitationPath { case_id: "The case", invitation_id: "The invitation" }
    /// `{adultId}`.
    AdultPath { adult_id: "The adult" }
    /// `{adultId}/…/{contactPointId}`.
    ContactPointPath { adult_id: "The adult", contact_point_id: "The contact point" }
    /// `{adultId}/…/{communicationNeedId}`.
    CommunicationNeedPath { adult_id: "The adult", communication_need_id: "The need" }
    /// `{adultId}/…/{representativeId}`.
    RepresentativePath { adult_id: "The adult", representative_id: "The representative or supporter" }
    /// `{referralId}`.
    ReferralPath { referral_id: "The referral" }
    /// `{referralId}/updates/{updateId}`.
    ReferralUpdatePath { referral_id: "The referral", update_id: "The update" }
    /// `{referralId}/tasks/{taskId}`.
    ReferralTaskPath { referral_id: "The referral", task_id: "The task" }
    /// `{referralId}/information-requests/{requestId}`.
    ReferralRequestPath { referral_id: "The referral", request_id: "The request" }
    /// `{referralId}/information-requests/{requestId}/answers/{answerId}`.
    ReferralAnswerPath { referral_id: "The referral", request_id: "The request", answer_id: "The answer" }
    /// `{referralId}/feedback-to-referrer/{referrerFeedbackId}`.
    ReferralFeedbackPath { referral_id: "The referral", referrer_feedback_id: "The feedback" }
    /// `{questionnaireId}`.
    QuestionnairePath { questionnaire_id: "The version of a questionnaire" }
    /// `{agencyId}`.
    AgencyPath { agency_id: "The agency" }
    /// `{noticeId}`.
    NoticePath { notice_id: "The notice" }
    /// `{refusalId}`.
    IntakeRefusalPath { refusal_id: "The refused intake" }
    /// `{approvalId}`.
    ApprovalPath { approval_id: "What waits for a second person" }
    /// `{userId}`.
    UserPath { user_id: "The user" }
    /// `{teamId}`.
    TeamPath { team_id: "The team" }
    /// `{clientId}`.
    ApiClientPath { client_id: "The API client" }
    /// `{clientId}/credentials/{credentialId}`.
    CredentialPath { client_id: "The API client", credential_id: "The secret" }
    /// `{advocateId}`.
    AdvocatePath { advocate_id: "The advocate's entry" }
}

/// `{authority}`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AuthorityPath {
    /// The authority's code.
    #[param(example = "northbank")]
    pub authority: String,
}

/// `{agencyId}/agreements/{authority}`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Path)]
pub struct AgreementPath {
    /// The agency
    pub agency_id: Id,
    /// The authority's code.
    #[param(example = "northbank")]
    pub authority: String,
}

/// The version that was read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// The `ETag` of the version that was read; `*` is not taken.
    #[serde(rename = "If-Match")]
    #[param(example = "W/\"1\"")]
    pub if_match: String,
}

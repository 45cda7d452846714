//! Who may do what: one table of actions, and the standings that permit them. Deny by default.
//!
//! A *standing* is what a caller is to a record: the manager of its authority, the practitioner it is allocated
//! to, the adult it is about. [`scope`] turns the standings that permit an action into the row filter that every
//! query starts from, so a list, a single record and a change can never disagree about what is visible.

mod caller;
mod decide;
mod relationships;
mod scope;

pub use caller::{CASEWORK, Caller, CallerKind, Role, RoleGrant, Team, TeamKind};
pub use decide::{CaseFacts, decide};
pub use relationships::{CaseRelationship, Held, MayReceive, Parts};
pub use scope::{AssignmentAccess, Clause, Scope, Seen, scope};

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $(, scope $scope:literal)? => [$($standing:ident),* $(,)?];)+) => {
        /// Something a caller may be permitted to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[doc = $doc])+ $variant),+ }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The permission's name, as the contract states it in `x-permission`.
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),+ } }

            /// The scope an API client needs for it; none: clients never may.
            pub const fn client_scope(self) -> Option<&'static str> {
                match self { $(Self::$variant => actions!(@scope $($scope)?)),+ }
            }

            /// The standings that permit it.
            pub const fn standings(self) -> &'static [Standing] {
                match self { $(Self::$variant => &[$(Standing::$standing),*]),+ }
            }
        }
    };
    (@scope $scope:literal) => { Some($scope) };
    (@scope) => { None };
}

actions! {
    /// Read who one is.
    MeRead = "me.read" => [Anyone];
    /// Find a colleague to allocate a case to.
    ColleaguesRead = "colleagues.read" => [Manager, Delegated, Staff, Admin];

    /// Send a referral.
    ReferralsSubmit = "referrals.submit", scope "referrals:submit" => [Manager, Delegated, Staff, Advocate, Adult, Representative, ReferringAgency];
    /// Read referrals: an advocate those of the case, without the person of concern; whoever sent one its receipt and nothing else.
    ReferralsRead = "referrals.read", scope "referrals:read" => [Manager, Delegated, Allocated, Advocate, Sender, ReferringAgency];
    /// Read what was added to a referral, asked and answered.
    ReferralsFollow = "referrals.follow", scope "referrals:read" => [Manager, Delegated, Allocated, Sender, ReferringAgency];
    /// Add to a referral one sent or took, or answer what is asked about it.
    ReferralsUpdate = "referrals.update", scope "referrals:submit" => [Sender, ReferringAgency];
    /// Ask the referrer for more.
    ReferralsAsk = "referrals.ask" => [Manager, Delegated];
    /// Tell the referrer that someone looked at it, or what came of it.
    ReferralsTell = "referrals.tell" => [Manager, Delegated, Allocated];
    /// Settle what needs attention about a referral.
    ReferralsResolve = "referrals.resolve" => [Manager];
    /// Decide what becomes of a referral.
    ReferralsTriage = "referrals.triage" => [Manager, Delegated];
    /// See which intake was refused at the door.
    IntakeRefusalsRead = "intake_refusals.read" => [Manager];
    /// Say how a refused intake was dealt with.
    IntakeRefusalsHandle = "intake_refusals.handle" => [Manager];

    /// Read what is recorded about an adult.
    AdultsRead = "adults.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult];
    /// Read a confidential address or number of an adult.
    AdultsConfidential = "adults.confidential" => [Manager, Allocated, Adult, Emergency];
    /// Be told that something is withheld; to everyone else withholding shows in no way.
    WithheldSee = "withheld.see" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate];
    /// List adults, or find one by what is known of them; never for referrers.
    AdultsSearch = "adults.search" => [Manager, Delegated];
    /// Make a record of an adult outside triage.
    AdultsCreate = "adults.create" => [Manager, Delegated];
    /// Amend what is recorded about an adult.
    AdultsAmend = "adults.amend" => [Manager, Allocated];
    /// Merge two records of one person, or take that back.
    AdultsMerge = "adults.merge" => [Manager];
    /// Read who represents or supports the adult.
    RepresentativesRead = "representatives.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult];
    /// Record who represents or supports the adult.
    RepresentativesRecord = "representatives.record" => [Manager, Allocated];

    /// Read a case.
    CasesRead = "cases.read", scope "actions:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative, Partner];
    /// Move a case along; each step has its own permission below.
    CasesMove = "cases.move" => [Manager, Delegated, Allocated];
    /// Decide for or against an enquiry, or change its type.
    CasesDecide = "cases.decide" => [Manager, Delegated];
    /// Put a safeguarding plan in force.
    CasesPlan = "cases.plan" => [Manager, Delegated, Allocated];
    /// Conclude an enquiry.
    CasesConclude = "cases.conclude" => [Manager];
    /// Close a case.
    CasesClose = "cases.close" => [Manager];
    /// Reopen a case that ended.
    CasesReopen = "cases.reopen" => [Manager];
    /// Cause another agency to enquire.
    CausedEnquiriesRequest = "caused_enquiries.request" => [Manager, Delegated, Allocated];
    /// Read an enquiry that another agency makes; that agency reads its own.
    CausedEnquiriesRead = "caused_enquiries.read", scope "enquiries:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, EnquiringAgency];
    /// Accept or decline to enquire, and report what was found; staff write down what an agency without an API says.
    CausedEnquiriesAnswer = "caused_enquiries.answer", scope "enquiries:write" => [Manager, Allocated, EnquiringAgency];
    /// Say whether a report is enough.
    CausedEnquiriesJudge = "caused_enquiries.judge" => [Manager];
    /// Transfer a case to another authority of the deployment.
    CasesTransfer = "cases.transfer" => [Manager];
    /// Put cases of several adults into one group.
    CasesGroup = "cases.group" => [Manager, Delegated];
    /// Name advisers and partner agencies on a case, or whom a conflict keeps away.
    AccessKeep = "access.keep" => [Manager];
    /// Read who is named on a case, and whom a conflict keeps away.
    AccessRead = "access.read" => [Manager, Delegated, Allocated];
    /// Use emergency access: reading for four hours at most, with a reason, noticed and reviewed.
    EmergencyUse = "emergency_access.use" => [Staff];
    /// Read how emergency access was used.
    EmergencyRead = "emergency_access.read" => [Manager, Auditor];
    /// Review how emergency access was used.
    EmergencyReview = "emergency_access.review" => [Manager];
    /// Read notices without personal data.
    NoticesRead = "notices.read" => [Manager, Admin, Auditor];
    /// Say that a notice was dealt with.
    NoticesHandle = "notices.handle" => [Manager, Admin];
    /// Read the adult's own page.
    MyViewRead = "my_view.read" => [Manager, Allocated, Adult, Representative];
    /// Pause one's own app.
    MePause = "me.pause" => [Adult, Representative, Advocate];
    /// Read what was decided about somebody's app, and who was invited.
    AppAccessRead = "app_access.read" => [Manager, Delegated, Allocated, OnDuty];
    /// Decide whether somebody may use an app; whoever is not the manager or the allocated practitioner can only stop it.
    AppAccessDecide = "app_access.decide" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency];
    /// Invite somebody to an app, or take an invitation back.
    InvitationsKeep = "invitations.keep" => [Manager, Allocated];
    /// Accept an invitation with one's own login; staff and clients never may.
    InvitationsAccept = "invitations.accept" => [Anyone];
    /// Ask for something from the adult's own page.
    RequestsAsk = "requests.ask" => [Adult];
    /// Read what the adult asks for.
    RequestsRead = "requests.read" => [Manager, Delegated, Allocated, OnDuty, Adult];
    /// Answer what the adult asks for.
    RequestsAnswer = "requests.answer" => [Manager, Allocated];
    /// Read who works on a case.
    TeamRead = "team.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate];
    /// Allocate a case.
    CasesAllocate = "cases.allocate" => [Manager, Delegated];
    /// Read everything that happened on a case, in order.
    TimelineRead = "timeline.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate];
    /// Read an authority's settings.
    AuthoritiesRead = "authorities.read" => [Manager, Delegated, Staff, Admin];
    /// Keep an authority's settings.
    AuthoritiesKeep = "authorities.keep" => [Admin];
    /// Draft the conclusion set or the closure checklist.
    ClosingDraft = "closing.draft" => [Manager, Delegated, Allocated];
    /// Read the conclusion set or the closure checklist.
    ClosingRead = "closing.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate];

    /// Read the decisions to enquire.
    EnquiriesRead = "enquiries.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Representative];

    /// Read desired outcomes with their revisions.
    OutcomesRead = "outcomes.read", scope "actions:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative, Partner];
    /// Record a desired outcome.
    OutcomesRecord = "outcomes.record" => [Allocated, Advocate, Adult, Representative];
    /// Revise a desired outcome, or put the outcomes in another order.
    OutcomesRevise = "outcomes.revise" => [Manager, Allocated, Advocate, Adult, Representative];
    /// Say that an outcome should not have been recorded.
    OutcomesCorrect = "outcomes.correct" => [Manager];
    /// Read how far outcomes were achieved; who is not staff reads no judgement of the practitioner's.
    AchievementsRead = "achievements.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative];
    /// Say how far an outcome was achieved.
    OutcomesJudge = "outcomes.judge" => [Manager, Allocated, Advocate, Adult, Representative];

    /// Read case notes.
    ContactsRead = "contacts.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency];
    /// Record a case note.
    ContactsRecord = "contacts.record" => [Manager, Delegated, Allocated, OnDuty];
    /// Read wishes.
    WishesRead = "wishes.read", scope "actions:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative, Partner];
    /// Record wishes.
    WishesRecord = "wishes.record" => [Allocated, Advocate, Adult, Representative];
    /// Say that a wish should not have been recorded.
    WishesCorrect = "wishes.correct" => [Manager, Allocated, Advocate, Adult, Representative];
    /// Read capacity assessments and best-interests decisions.
    CapacityRead = "capacity.read", scope "actions:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative, Partner];
    /// Record capacity assessments and best-interests decisions.
    CapacityRecord = "capacity.record" => [Manager, Allocated];
    /// Read actions; a partner agency reads its own.
    ActionsRead = "actions.read", scope "actions:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative, Partner];
    /// Record actions.
    ActionsRecord = "actions.record" => [Manager, Allocated];
    /// Amend actions; a partner agency says where its own stand.
    ActionsAmend = "actions.amend", scope "actions:write" => [Manager, Allocated, Partner];
    /// Read safeguarding plans and their versions.
    PlansRead = "plans.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative];
    /// Make safeguarding plans, write new versions, put them in force and end them.
    PlansRecord = "plans.record" => [Manager, Allocated];
    /// Answer to a safeguarding plan.
    PlansAgree = "plans.agree" => [Adult];
    /// Read which responses were offered and used.
    ResponsesRead = "responses.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative];
    /// Record which responses were offered and used.
    ResponsesRecord = "responses.record" => [Manager, Allocated];
    /// Read risks.
    RisksRead = "risks.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult];
    /// Record risks.
    RisksRecord = "risks.record" => [Manager, Allocated];
    /// Read disagreements.
    DisagreementsRead = "disagreements.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate];
    /// Record disagreements.
    DisagreementsRecord = "disagreements.record" => [Manager, Allocated];
    /// Read persons of concern.
    PersonsOfConcernRead = "persons_of_concern.read", scope "actions:write" => [Manager, Delegated, Allocated, Emergency, Partner];
    /// Record persons of concern.
    PersonsOfConcernRecord = "persons_of_concern.record" => [Manager, Allocated];
    /// Read decisions to share; a partner agency reads those about itself.
    SharingRead = "sharing.read", scope "actions:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative, Partner];
    /// Record decisions to share.
    SharingRecord = "sharing.record" => [Manager, Allocated];
    /// Read who was told.
    InformedRead = "informed.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate];
    /// Record who was told.
    InformedRecord = "informed.record" => [Manager, Allocated];
    /// Read parallel processes.
    LinksRead = "links.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate];
    /// Record parallel processes.
    LinksRecord = "links.record" => [Manager, Allocated];

    /// Read whether an advocate is needed.
    AdvocacyNeedsRead = "advocacy_needs.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative];
    /// Record whether an advocate is needed.
    AdvocacyNeedsRecord = "advocacy_needs.record" => [Manager, Allocated];
    /// Read the register of advocates.
    AdvocatesRead = "advocates.read" => [Manager, Delegated, Staff, Admin];
    /// Keep the register of advocates.
    AdvocatesKeep = "advocates.keep" => [Manager, Admin];
    /// Read who is assigned as an advocate.
    AssignmentsRead = "advocacy_assignments.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, AdvocateAsked, Adult, Representative];
    /// Ask an advocate to act.
    AssignmentsRequest = "advocacy_assignments.request" => [Manager, Allocated];
    /// Instruct an IMCA.
    AssignmentsInstructImca = "advocacy_assignments.instruct_imca" => [Manager];
    /// Move an assignment along; each step has its own permission below.
    AssignmentsMove = "advocacy_assignments.move" => [Manager, Allocated, Advocate, AdvocateAsked];
    /// Read what advocates put forward, and the authority's answers.
    RepresentationsRead = "representations.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult];
    /// Put something forward for the adult as their advocate, or write down what the advocate said.
    RepresentationsMake = "representations.make" => [Manager, Allocated, Advocate];
    /// Answer what an advocate put forward.
    RepresentationsAnswer = "representations.answer" => [Manager, Allocated];
    /// Accept or decline an assignment.
    AssignmentsAnswer = "advocacy_assignments.answer" => [Advocate, AdvocateAsked];
    /// Record that an assignment began, ended, or that the advocate is not available.
    AssignmentsEnd = "advocacy_assignments.end" => [Manager, Allocated, Advocate];

    /// Read meetings and how the adult took part; a partner agency reads those it is asked to or attended.
    MeetingsRead = "meetings.read", scope "actions:write" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative, Partner];
    /// Record meetings and how the adult took part.
    MeetingsRecord = "meetings.record" => [Manager, Allocated];
    /// Read what was discussed with the adult before or after a meeting.
    DiscussionsRead = "discussions.read" => [Manager, Delegated, Allocated, OnDuty, Adviser, Emergency, Advocate, Adult, Representative];
    /// Write down what was discussed with the adult before or after a meeting.
    MeetingsDiscuss = "meetings.discuss" => [Manager, Allocated, Advocate];

    /// Read the adult's feedback.
    FeedbackRead = "feedback.read" => [Manager, Adult, Representative];
    /// Give feedback, or write down what was said.
    FeedbackGive = "feedback.give" => [Allocated, Adult, Representative];
    /// Say that feedback should not have been recorded.
    FeedbackCorrect = "feedback.correct" => [Manager, Adult];
    /// Read the questions that feedback answers.
    QuestionnairesRead = "questionnaires.read" => [Anyone];
    /// Record, change and retire questionnaires of one's authority.
    QuestionnairesKeep = "questionnaires.keep" => [Manager, Admin];

    /// Read which partner agencies there are.
    AgenciesRead = "agencies.read" => [Manager, Delegated, Staff, Admin];
    /// Keep partner agencies and their agreements.
    AgenciesKeep = "agencies.keep" => [Admin];
    /// Read accounts of people.
    UsersRead = "users.read" => [Admin];
    /// Keep accounts of people, and their roles.
    UsersKeep = "users.keep" => [Admin];
    /// Read what waits for a second person.
    ApprovalsRead = "approvals.read" => [Manager, Admin, Auditor];
    /// Decide as the second person.
    ApprovalsDecide = "approvals.decide" => [Manager, Admin];
    /// Fetch a code or secret that a second person approved.
    ApprovalsCollect = "approvals.collect" => [Admin];
    /// Read which teams there are.
    TeamsRead = "teams.read" => [Manager, Delegated, Staff, Admin];
    /// Keep teams and who is in them.
    TeamsKeep = "teams.keep" => [Admin];
    /// Read which API clients there are.
    ApiClientsRead = "api_clients.read" => [Admin];
    /// Keep API clients, their scopes, keys and secrets.
    ApiClientsKeep = "api_clients.keep" => [Admin];
    /// End one's own session.
    SessionsEnd = "sessions.end" => [Anyone];
    /// Set up one's own authenticator.
    AuthenticatorKeep = "authenticator.keep" => [Anyone];

    /// Read the words of codes, terms, prompts and public texts.
    ReferenceDataRead = "reference_data.read" => [Anyone];
    /// Keep drafts; each caller reaches only their own.
    DraftsKeep = "drafts.keep" => [Anyone];

    /// Search the audit trail; an administrator reads who did what and when, and of no record.
    AuditRead = "audit.read" => [Auditor, Admin];
    /// Verify the audit trail.
    AuditVerify = "audit.verify" => [Auditor];
    /// Read who looked at a case or changed it.
    AccessLogRead = "access_log.read" => [Manager, Adult];
}

impl Action {
    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// Whether it changes nothing.
    pub fn only_reads(self) -> bool {
        self.name().ends_with(".read")
    }

    /// Whether this standing permits it.
    pub fn permits(self, standing: Standing) -> bool {
        self.standings().contains(&standing)
    }
}

crate::codes! {
    /// A part of a case that a representative may receive, or that a partner agency is named for.
    pub enum Part {
        /// Desired outcomes.
        Outcomes = "outcomes",
        /// Wishes.
        Wishes = "wishes",
        /// Meetings.
        Meetings = "meetings",
        /// Plans, actions and responses.
        Plan = "plan",
        /// What happens next.
        NextSteps = "next_steps",
        /// Feedback.
        Feedback = "feedback",
        /// Decisions: advocacy, sharing.
        Decisions = "decisions",
        /// Capacity and best interests.
        Capacity = "capacity",
        /// Persons of concern.
        PersonsOfConcern = "persons_of_concern",
    }
}

impl Action {
    /// The part of a case that it touches, for those who have only parts of it; none: the case itself, by name and
    /// communication needs.
    pub fn part(self) -> Option<Part> {
        match self {
            Self::OutcomesRead
            | Self::OutcomesRecord
            | Self::OutcomesRevise
            | Self::OutcomesJudge
            | Self::AchievementsRead => Some(Part::Outcomes),
            Self::MyViewRead => Some(Part::NextSteps),
            Self::WishesRead | Self::WishesRecord => Some(Part::Wishes),
            Self::MeetingsRead | Self::DiscussionsRead => Some(Part::Meetings),
            Self::PlansRead | Self::ActionsRead | Self::ActionsAmend | Self::ResponsesRead => {
                Some(Part::Plan)
            }
            Self::FeedbackRead | Self::FeedbackGive => Some(Part::Feedback),
            Self::AssignmentsRead | Self::AdvocacyNeedsRead | Self::SharingRead | Self::EnquiriesRead => {
                Some(Part::Decisions)
            }
            Self::CapacityRead => Some(Part::Capacity),
            Self::PersonsOfConcernRead => Some(Part::PersonsOfConcern),
            _ => None,
        }
    }
}

/// What a caller is, to a record or by role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Manager in the record's authority.
    Manager,
    /// Practitioner in the record's authority to whom decisions are delegated.
    Delegated,
    /// The practitioner the case is allocated to, or a member of its team.
    Allocated,
    /// Practitioner on the authority's duty team; open unrestricted cases only.
    OnDuty,
    /// A member of staff who is named on the case, to advise or because it is restricted.
    Adviser,
    /// A member of staff who uses emergency access, until it ends.
    Emergency,
    /// Any other member of staff of the authority.
    Staff,
    /// Advocate whose assignment was accepted and has not ended.
    Advocate,
    /// Advocate who was asked and has not answered.
    AdvocateAsked,
    /// The adult the case is about.
    Adult,
    /// Someone who represents the adult.
    Representative,
    /// The person who sent the referral, or took it from whoever told them.
    Sender,
    /// A partner agency that is named on the case, within its sections.
    Partner,
    /// API client of the agency that sent the referral.
    ReferringAgency,
    /// API client of an agency that was asked to enquire (Care Act 2014 s.42(2)).
    EnquiringAgency,
    /// Member of the safeguarding adults board.
    Board,
    /// Analyst of suppressed or exact figures.
    Analyst,
    /// Administrator of users, clients and settings; sees no case content.
    Admin,
    /// Auditor of the record of every look.
    Auditor,
    /// Whoever is signed in.
    Anyone,
}

impl Standing {
    /// Every standing, in the order of the printed matrix.
    pub const ALL: &'static [Self] = &[
        Self::Manager,
        Self::Delegated,
        Self::Allocated,
        Self::OnDuty,
        Self::Adviser,
        Self::Emergency,
        Self::Staff,
        Self::Advocate,
        Self::AdvocateAsked,
        Self::Adult,
        Self::Representative,
        Self::Sender,
        Self::Partner,
        Self::ReferringAgency,
        Self::EnquiringAgency,
        Self::Board,
        Self::Analyst,
        Self::Admin,
        Self::Auditor,
        Self::Anyone,
    ];

    /// As the audit trail writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Delegated => "delegated",
            Self::Allocated => "allocated",
            Self::OnDuty => "on_duty",
            Self::Staff => "staff",
            Self::Adviser => "adviser",
            Self::Emergency => "emergency",
            Self::Advocate => "advocate",
            Self::AdvocateAsked => "advocate_asked",
            Self::Adult => "adult",
            Self::Representative => "representative",
            Self::Partner => "partner",
            Self::Sender => "sender",
            Self::ReferringAgency => "referring_agency",
            Self::EnquiringAgency => "enquiring_agency",
            Self::Board => "board",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::Anyone => "anyone",
        }
    }

    /// Whether each part of a case is given or withheld by itself.
    pub fn has_only_parts(self) -> bool {
        matches!(self, Self::Representative | Self::Partner)
    }

    /// Whether this is a member of the authority's staff, who see what is owed and what is withheld.
    pub fn is_staff(self) -> bool {
        matches!(
            self,
            Self::Manager
                | Self::Delegated
                | Self::Allocated
                | Self::OnDuty
                | Self::Adviser
                | Self::Emergency
        )
    }
}

/// Whether the caller's roles or scopes could ever permit the action, whatever the record.
pub fn could_permit(caller: &Caller, action: Action) -> bool {
    if action.permits(Standing::Anyone) {
        return true;
    }
    match caller.kind {
        CallerKind::Client => action
            .client_scope()
            .is_some_and(|scope| caller.scopes.iter().any(|held| held == scope)),
        CallerKind::User | CallerKind::System => Standing::ALL
            .iter()
            .any(|standing| action.permits(*standing) && caller.could_be(*standing)),
    }
}

/// The matrix as text, for people to read and for a test to compare with the committed one.
pub fn matrix() -> String {
    let mut lines = vec![format!(
        "{:<38} {:<18} permitted to",
        "permission", "client scope"
    )];
    for action in Action::ALL {
        let standings: Vec<String> = action
            .standings()
            .iter()
            .map(|standing| format!("{standing:?}"))
            .collect();
        let scope = action.client_scope().unwrap_or("-");
        lines.push(format!(
            "{:<38} {scope:<18} {}",
            action.name(),
            standings.join(", ")
        ));
    }
    lines.join("\n") + "\n"
}

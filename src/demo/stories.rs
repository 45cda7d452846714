//! The demo's cases, a dozen at different stages. Every name and word is invented.

use serde_json::{Value, json};

use super::organisations::People;
use super::scene::{body, perform};
use crate::casework::access::{app_access, conflicts, emergency, grants, invitations};
use crate::casework::actions::ActionRow;
use crate::casework::adults::contact_points::ContactPoint;
use crate::casework::adults::representatives::Representative;
use crate::casework::advocacy::needs::Need;
use crate::casework::advocacy::representations;
use crate::casework::advocacy::service as advocacy;
use crate::casework::capacity::assessments::Assessment;
use crate::casework::capacity::decisions::BestInterestsDecision;
use crate::casework::cases::service as cases;
use crate::casework::cases::{access, caused, closing, store as case_store};
use crate::casework::contacts::service as contacts;
use crate::casework::disagreements::Disagreement;
use crate::casework::informed::Informed;
use crate::casework::links::Link;
use crate::casework::meetings::{self, checklist, discussions, minutes, participation};
use crate::casework::outcomes::service as outcomes;
use crate::casework::persons_of_concern::PersonOfConcern;
use crate::casework::plans::service as plans;
use crate::casework::referrals::{service as referrals, triage};
use crate::casework::requests;
use crate::casework::responses::Response;
use crate::casework::risks::Risk;
use crate::casework::sharing_decisions::SharingDecision;
use crate::casework::wishes::Wish;
use crate::casework::{feedback, record};
use crate::clock;
use crate::db::Connection;
use crate::ids::Id;
use crate::policy::{Action, Role};
use crate::problem::Problem;
use crate::secrets::Once;

struct Story<'a> {
    conn: &'a mut Connection,
    people: &'a People,
}

/// Tells all stories.
pub fn tell(conn: &mut Connection, people: &People) -> Result<(), Problem> {
    let mut story = Story { conn, people };
    story.ada()?;
    story.bertram()?;
    story.eastmoor()?;
    let others = [
        (
            "Clemency",
            "Farrow",
            "Left without her midday meal three times",
            "concern",
        ),
        (
            "Desmond",
            "Galt",
            "A neighbour collects his pension and keeps it",
            "concern",
        ),
        ("Elspeth", "Hume", "Bruises after a stay on the ward", "enquiry"),
        (
            "Fergus",
            "Ives",
            "His medicine was given to someone else",
            "enquiry",
        ),
        ("Greta", "Joss", "Will not let anyone clear the stairs", "plan"),
        (
            "Horace",
            "Kemp",
            "Shouted at by a carer in the street",
            "concluded",
        ),
        (
            "Iona",
            "Lamb",
            "A caller sold her a roof she did not need",
            "closed",
        ),
        (
            "Jasper",
            "Munn",
            "Worry of a passer-by, who saw him sleep on a bench",
            "closed_no_enquiry",
        ),
        (
            "Keziah",
            "Nunn",
            "Her phone and her bank card are kept from her",
            "enquiry",
        ),
    ];
    for (given, family, summary, until) in others {
        story.other(given, family, summary, until)?;
    }
    Ok(())
}

impl Story<'_> {
    fn refer(&mut self, from: &str, referral: &Value) -> Result<Id, Problem> {
        let caller = self.people.named(from)?;
        let body = body(referral)?;
        perform(self.conn, caller, Action::ReferralsSubmit, 1, |act| {
            referrals::submit(act, &body, false)
        })
    }

    fn accept(&mut self, manager: &str, referral: Id, practitioner: &str) -> Result<Id, Problem> {
        let worker = self.people.named(practitioner)?.id;
        self.triage(
            manager,
            referral,
            &json!({ "decision": "accept", "allocateTo": worker }),
        )
    }

    fn triage(&mut self, manager: &str, referral: Id, decision: &Value) -> Result<Id, Problem> {
        let caller = self.people.named(manager)?;
        let body = body(decision)?;
        let outcome = perform(self.conn, caller, Action::ReferralsTriage, 1, |act| {
            triage::triage(act, referral, &body)?;
            triage::outcome(act, referral)
        })?;
        outcome.case_id.ok_or_else(Problem::not_found)
    }

    fn outcome(&mut self, by: &str, case: Id, outcome: &Value) -> Result<Id, Problem> {
        let caller = self.people.named(by)?;
        let body = body(outcome)?;
        perform(self.conn, caller, Action::OutcomesRecord, 1, |act| {
            outcomes::record(act, case, &body)
        })
    }

    fn step(&mut self, by: &str, case: Id, step: &Value) -> Result<(), Problem> {
        let caller = self.people.named(by)?;
        let body = body(step)?;
        let version = case_store::find_any(self.conn, case)?.map_or(0, |case| case.version);
        perform(self.conn, caller, Action::CasesMove, version, |act| {
            cases::transition(act, case, &body)
        })
        .map(drop)
    }

    fn open_enquiry(&mut self, case: Id) -> Result<(), Problem> {
        let part = |reasoning: &str| json!({ "answer": "yes", "reasoning": reasoning });
        self.step(
            "manager",
            case,
            &json!({
                "to": "enquiry", "enquiryType": "section_42", "adultView": "Agrees, as long as nothing is done in haste",
                "threePartTest": {
                    "careAndSupportNeeds": part("Cannot shop or see to money alone"),
                    "experiencingOrAtRisk": part("It happened more than once"),
                    "unableToProtect": part("Depends on the person it comes from")
                }
            }),
        )
    }

    /// The first case: something in every list.
    fn ada(&mut self) -> Result<(), Problem> {
        let referral = self.refer(
            "police-intake",
            &json!({
                "agencyReference": "PPN-2026-0001",
                "referrer": {"name": "PC 1234 Okafor", "role": "police officer", "agencyType": "police", "wantsFeedback": true},
                "adult": {"familyName": "Example", "givenNames": ["Ada"], "dateOfBirth": "1948-02-03",
                    "nhsNumber": "9434765919", "postcode": "SW1A 1AA", "communicationNeeds": ["large print"]},
                "concern": {"summary": "Money missing after visits", "abuseTypes": ["financial_or_material"],
                    "location": "own_home", "immediateDanger": "no", "ongoing": "yes"},
                "personsOfConcern": [{"relationship": "nephew", "aware": "no"}],
                "adultAware": "yes", "adultAgreesToShare": "no", "reasonWithoutAgreement": "Others may be at risk"
            }),
        )?;
        let case = self.accept("manager", referral, "practitioner")?;
        let first = self.outcome(
            "practitioner",
            case,
            &json!({ "ownWords": "I want my nephew to stop taking my money", "expressedBy": "adult", "priority": 1,
                "communicatedBy": "speech", "suggestionCodes": ["stop_safer"], "howWeCanHelp": "Talk to the bank with me" }),
        )?;
        self.outcome(
            "practitioner",
            case,
            &json!({ "ownWords": "I want to keep seeing him on Sundays", "expressedBy": "adult", "priority": 2,
                "communicatedBy": "speech" }),
        )?;
        self.ada_is_supported(case)?;
        self.open_enquiry(case)?;
        self.ada_in_every_list(case)?;
        self.ada_is_heard(case, first)?;
        super::referral_life::tell(self.conn, self.people, referral)
    }

    fn ada_in_every_list(&mut self, case: Id) -> Result<(), Problem> {
        let practitioner = self.people.named("practitioner")?;
        macro_rules! record {
            ($row:ty, $action:ident, $body:tt) => {{
                let body = body(&json!($body))?;
                perform(self.conn, practitioner, Action::$action, 1, |act| {
                    record::create::<$row>(act, case, &body)
                })?
            }};
        }
        let visit = body(&json!({
            "kind": "visit", "withAdult": true, "basis": "said", "text": "She was at home, alone, and pleased to talk",
            "outcomesAsked": {"asked": true, "result": "unchanged"},
            "nextSteps": [{"text": "Ring the bank", "by": "Priya Nair"}]
        }))?;
        perform(self.conn, practitioner, Action::ContactsRecord, 1, |act| {
            contacts::record(act, case, &visit)
        })?;
        let adult = case_store::find_any(self.conn, case)?.and_then(|case| case.adult_id);
        macro_rules! of_adult {
            ($row:ty, $action:ident, $body:tt) => {{
                let body = body(&json!($body))?;
                perform(self.conn, practitioner, Action::$action, 1, |act| {
                    record::create::<$row>(act, adult.unwrap_or(case), &body)
                })?
            }};
        }
        of_adult!(ContactPoint, AdultsAmend, {
            "kind": "mobile", "value": "07700 900456", "safeToUse": "yes", "safeToLeaveMessage": "no",
            "safeTimes": "weekday mornings", "confidential": true
        });
        let asked = body(&json!({
            "agencyId": self.people.named("nhs-intake")?.agency_id, "scope": "Whether the nurse saw who was there",
            "questions": ["Who opened the door?"], "adultView": "Ask her, she is kind"
        }))?;
        perform(
            self.conn,
            practitioner,
            Action::CausedEnquiriesRequest,
            1,
            |act| caused::request(act, case, &asked),
        )?;
        self.ada_is_watched_over(case)?;
        record!(Wish, WishesRecord, {"kind": "do_not_want", "text": "I do not want to leave my home", "saidBy": "adult"});
        let plan = body(&json!({
            "safetySteps": "A visit each morning", "support": "Someone beside her at the bank", "lead": "Priya Nair",
            "contingency": "Her niece comes the same day", "adultAgrees": "partly"
        }))?;
        let plan = perform(self.conn, practitioner, Action::PlansRecord, 1, |act| {
            plans::make(act, case, &plan)
        })?;
        let later = body(&json!({"reason": "The mornings are too early for her",
            "plan": {"safetySteps": "A visit at eleven", "support": "Someone beside her at the bank", "lead": "Priya Nair"}}))?;
        perform(self.conn, practitioner, Action::PlansRecord, 1, |act| {
            plans::revise(act, case, plan, &later)
        })?;
        let agrees = body(&json!({"agrees": "yes", "words": "Eleven is fine"}))?;
        perform(
            self.conn,
            self.people.named("adult")?,
            Action::PlansAgree,
            2,
            |act| plans::agree(act, case, plan, &agrees),
        )?;
        record!(Response, ResponsesRecord, {"option": "family_group_conference", "adultChose": "undecided"});
        record!(ActionRow, ActionsRecord, {"text": "Ring the bank about a daily limit", "responsible": "Priya Nair"});
        record!(Risk, RisksRecord, {"riskType": "financial_or_material", "whatHappened": "Cash taken from her purse twice"});
        record!(Disagreement, DisagreementsRecord, {
            "about": "Whether she should move", "betweenWhom": [{"who": "Her niece", "view": "She should move"}]
        });
        record!(PersonOfConcern, PersonsOfConcernRecord, {"relationship": "nephew", "aware": "no"});
        record!(SharingDecision, SharingRecord, {
            "what": "That money was taken", "withWhom": "Her bank", "why": "So that it can set a limit",
            "initiative": "offered", "adultTold": "asked_and_agreed", "minimumNecessary": "No health",
            "decision": "shared", "lawfulBasis": ["common_law"]
        });
        record!(Link, LinksRecord, {"kind": "police_investigation", "status": "open"});
        record!(Informed, InformedRecord, {"who": "adult", "about": "concern", "toldAt": clock::now(), "how": "in person"});
        let assessment = record!(Assessment, CapacityRecord, {
            "decision": "Whether her nephew keeps her bank card", "conclusion": "lacks_capacity",
            "functionalTest": {"useOrWeigh": {"able": "not_able", "evidence": "Could not say what might happen"}},
            "impairment": "Infection, passing", "causalLink": "Confused while it lasted", "supportGiven": "Large print",
            "fluctuating": "yes"
        });
        record!(BestInterestsDecision, CapacityRecord, {
            "assessmentId": assessment, "decision": "Whether her nephew keeps her bank card this week",
            "outcome": "The bank keeps it until she is well"
        });
        Ok(())
    }

    /// Who else may see the case, and who may not.
    fn ada_is_watched_over(&mut self, case: Id) -> Result<(), Problem> {
        let manager = self.people.named("manager")?;
        let adviser = body(&json!({
            "relationship": "adviser", "userId": self.people.named("practitioner2")?.id, "reason": "Knows the bank's own team",
            "endsOn": "2026-11-20"
        }))?;
        perform(self.conn, manager, Action::AccessKeep, 1, |act| {
            grants::create(act, case, &adviser)
        })?;
        let conflict = body(&json!({
            "userId": self.people.named("analyst")?.id, "kind": "related", "detail": "Lives next door to the nephew"
        }))?;
        perform(self.conn, manager, Action::AccessKeep, 1, |act| {
            conflicts::create(act, case, &conflict)
        })?;
        let glass = body(&json!({
            "reasonCode": "worker_unavailable", "reason": "She rang, and her worker was away", "minutes": 1
        }))?;
        perform(self.conn, manager, Action::EmergencyUse, 1, |act| {
            emergency::begin(act, case, &glass)
        })
        .map(drop)
    }

    fn ada_is_supported(&mut self, case: Id) -> Result<(), Problem> {
        let practitioner = self.people.named("practitioner")?;
        let need = body(&json!({
            "difficulties": ["understanding"], "conclusion": "duty", "adultView": "I would like someone beside me",
            "appropriatePerson": {"available": "no", "reason": "Her nephew is the only relative nearby"}
        }))?;
        let need = perform(self.conn, practitioner, Action::AdvocacyNeedsRecord, 1, |act| {
            record::create::<Need>(act, case, &need)
        })?;
        let request = body(&json!({
            "kind": "care_act_s68", "basis": "duty", "advocateId": self.people.advocate_entry, "needId": need
        }))?;
        let assignment = perform(self.conn, practitioner, Action::AssignmentsRequest, 1, |act| {
            advocacy::request(act, case, &request)
        })?;
        let advocate = self.people.named("advocate")?;
        for (version, to) in [(1, "accepted"), (2, "active")] {
            let step = body(&json!({ "to": to }))?;
            perform(self.conn, advocate, Action::AssignmentsMove, version, |act| {
                advocacy::step(act, case, assignment, &step)
            })?;
        }
        let put_forward = body(&json!({
            "kind": "representation", "text": "She wants to be asked before anybody speaks to her nephew"
        }))?;
        perform(self.conn, advocate, Action::RepresentationsMake, 1, |act| {
            representations::make(act, case, assignment, &put_forward)
        })?;
        self.ada_has_apps(case)?;
        let allowed = body(&json!({
            "who": "adult", "decision": "allow", "sharedDevice": "no", "view": "full",
            "reason": "Her own tablet, with a code that nobody else knows"
        }))?;
        perform(self.conn, practitioner, Action::AppAccessDecide, 1, |act| {
            app_access::decide(act, case, &allowed)
        })?;
        let invitation = body(&json!({ "who": "adult", "handedOver": "in_person" }))?;
        let (shown, _) = Once::pair();
        perform(self.conn, practitioner, Action::InvitationsKeep, 1, |act| {
            invitations::invite(act, case, &invitation, &shown)
        })?;
        let ring_me = body(&json!({ "kind": "call_me", "text": "In the morning, please" }))?;
        perform(
            self.conn,
            self.people.named("adult")?,
            Action::RequestsAsk,
            1,
            |act| requests::ask(act, case, &ring_me),
        )
        .map(drop)
    }

    /// The demo's own accounts of the adult and her niece are given the case as by the server's console.
    fn ada_has_apps(&mut self, case: Id) -> Result<(), Problem> {
        let found = case_store::find_any(self.conn, case)?.ok_or_else(Problem::not_found)?;
        let practitioner = self.people.named("practitioner")?;
        let niece = body(&json!({
            "kind": "representative", "name": "Rosa Lind", "relationship": "niece",
            "legalAuthority": "none", "chosenByAdult": "yes", "conflict": "none",
            "mayReceive": ["outcomes", "wishes", "meetings", "next_steps"]
        }))?;
        let adult = found.adult_id.unwrap_or(case);
        let niece = perform(self.conn, practitioner, Action::RepresentativesRecord, 1, |act| {
            record::create::<Representative>(act, adult, &niece)
        })?;
        let accounts = [
            ("adult", Role::Adult, None),
            ("representative", Role::Representative, Some(niece)),
        ];
        for (username, role, entry) in accounts {
            let user = self.people.named(username)?.id;
            let place = (found.reference.as_str(), "northbank");
            access::grant(self.conn, place, user, (role, entry), clock::now())?;
        }
        Ok(())
    }

    fn ada_is_heard(&mut self, case: Id, outcome: Id) -> Result<(), Problem> {
        let practitioner = self.people.named("practitioner")?;
        let adult = self.people.named("adult")?;
        let revision = body(&json!({ "ownWords": "I want my nephew to ask before he uses my card" }))?;
        perform(self.conn, adult, Action::OutcomesRevise, 1, |act| {
            outcomes::revise(act, case, outcome, &revision)
        })?;
        let judgement = body(&json!({
            "achieved": "partially", "judgedBy": "adult", "reason": "He asks now, but not every time", "final": false
        }))?;
        perform(self.conn, adult, Action::OutcomesJudge, 2, |act| {
            outcomes::judge(act, case, outcome, &judgement)
        })?;
        let meeting = body(&json!({
            "kind": "case_conference", "heldStart": clock::now().plus_seconds(-7200), "heldEnd": clock::now().plus_seconds(-3600),
            "place": "Ada's front room", "placeChosenByAdult": true,
            "invitees": [{"name": "PC 1234 Okafor", "role": "police officer", "organisation": "Police", "attended": "remote"}],
            "decisions": [{"text": "The bank sets a daily limit", "responsible": "Priya Nair"}]
        }))?;
        let meeting = perform(self.conn, practitioner, Action::MeetingsRecord, 1, |act| {
            meetings::service::schedule(act, case, &meeting)
        })?;
        self.ada_is_told_before_and_after(case, meeting)?;
        let took_part = body(&json!({ "adult": {
            "invited": true, "knowsWhatToExpect": true, "supportOffered": ["transport"], "attendance": "attended_all"
        } }))?;
        perform(self.conn, practitioner, Action::MeetingsRecord, 1, |act| {
            participation::save(act, case, meeting, &took_part)
        })?;
        let next = body(&json!({
            "kind": "review", "plannedStart": clock::now().plus_seconds(14 * 86_400), "place": "By telephone"
        }))?;
        perform(self.conn, practitioner, Action::MeetingsRecord, 1, |act| {
            meetings::service::schedule(act, case, &next)
        })?;
        let answers = body(&json!({
            "respondent": "adult", "askedBy": "independent_person",
            "answers": [{"question": "listened_to", "answer": "yes"}, {"question": "feel_safe", "answer": "partly"}]
        }))?;
        perform(self.conn, adult, Action::FeedbackGive, 1, |act| {
            feedback::give(act, case, &answers)
        })
        .map(drop)
    }

    fn ada_is_told_before_and_after(&mut self, case: Id, meeting: Id) -> Result<(), Problem> {
        let (practitioner, advocate) = (self.people.named("practitioner")?, self.people.named("advocate")?);
        let before = json!({ "when": "before", "text": "She would like it to be short", "promptsCovered": ["recap", "what_will_happen"] });
        let after = json!({ "when": "after", "text": "She felt listened to", "promptsCovered": ["are_they_ok"], "helpNeeded": "A lift to the bank" });
        for (writer, said) in [(practitioner, before), (advocate, after)] {
            let said = body(&said)?;
            perform(self.conn, writer, Action::MeetingsDiscuss, 1, |act| {
                discussions::record(act, case, meeting, &said)
            })?;
        }
        let looked_at = body(&json!({ "items": [{"item": "support_to_attend_offered", "state": "done"}] }))?;
        perform(self.conn, practitioner, Action::MeetingsRecord, 1, |act| {
            checklist::save(act, case, meeting, &looked_at)
        })?;
        let text = body(&json!({
            "text": "The bank explained the daily limit, and she agreed to it",
            "restrictedPart": "The police are looking into a second account"
        }))?;
        perform(self.conn, practitioner, Action::MeetingsRecord, 1, |act| {
            minutes::save(act, case, meeting, &text)
        })
        .map(drop)
    }

    /// The second practitioner's case.
    fn bertram(&mut self) -> Result<(), Problem> {
        let referral = self.refer(
            "nhs-intake",
            &json!({
                "agencyReference": "NGH-77", "adult": {"familyName": "Dunmore", "givenNames": ["Bertram"]},
                "concern": {"summary": "Came to the ward with sores that nobody had seen to",
                    "abuseTypes": ["neglect_and_acts_of_omission"], "immediateDanger": "yes"},
                "adultAgreesToShare": "yes"
            }),
        )?;
        let case = self.accept("manager", referral, "practitioner2")?;
        let words =
            json!({ "ownWords": "I want to go back to my own bed", "expressedBy": "adult", "priority": 1 });
        self.outcome("practitioner2", case, &words).map(drop)
    }

    fn eastmoor(&mut self) -> Result<(), Problem> {
        let referral = self.refer(
            "police-intake",
            &json!({
                "agencyReference": "PPN-2026-0002", "authority": "eastmoor",
                "adult": {"familyName": "Thistlewood", "givenNames": ["Quentin"]},
                "concern": {"summary": "Letters demanding payment pushed under a tenant's door"},
                "adultAgreesToShare": "not_known", "reasonWithoutAgreement": "Nobody answered when we knocked"
            }),
        )?;
        self.accept("manager-eastmoor", referral, "manager-eastmoor")
            .map(drop)
    }

    /// A case that goes as far as this state.
    fn other(&mut self, given: &str, family: &str, summary: &str, until: &str) -> Result<(), Problem> {
        let referral = self.refer(
            "nhs-intake",
            &json!({
                "agencyReference": format!("NGH-{family}"), "adult": {"familyName": family, "givenNames": [given]},
                "concern": {"summary": summary}, "adultAgreesToShare": "yes"
            }),
        )?;
        if until == "closed_no_enquiry" {
            let decision = json!({
                "decision": "no_enquiry", "dispositions": ["information_advice"],
                "narrative": "A warm place was found the same night", "adultView": "Did not want anything more",
                "feedbackToReferrer": {"given": true, "text": "He is indoors and was offered advice"}
            });
            return self.triage("manager", referral, &decision).map(drop);
        }
        let case = self.accept("manager", referral, "practitioner")?;
        if until == "concern" {
            return Ok(());
        }
        self.open_enquiry(case)?;
        if until == "plan" {
            let plan = json!({ "content": "A visit each morning until the stairs are clear", "lead": "Priya Nair", "adultAgrees": "partly" });
            self.step("practitioner", case, &json!({ "to": "plan", "plan": plan }))?;
        }
        if until == "concluded" || until == "closed" {
            self.conclude(case)?;
        }
        if until == "closed" {
            self.close(case)?;
        }
        Ok(())
    }

    fn conclude(&mut self, case: Id) -> Result<(), Problem> {
        let words =
            json!({ "ownWords": "I want it never to happen again", "expressedBy": "adult", "priority": 1 });
        let outcome = self.outcome("practitioner", case, &words)?;
        let practitioner = self.people.named("practitioner")?;
        let judgement = body(
            &json!({ "achieved": "fully", "judgedBy": "adult", "reason": "It has not happened again" }),
        )?;
        perform(self.conn, practitioner, Action::OutcomesJudge, 1, |act| {
            outcomes::judge(act, case, outcome, &judgement)
        })?;
        let conclusion = body(&json!({
            "risks": [{"type": "psychological", "location": "in_the_community", "source": "service_provider"}],
            "riskAssessmentOutcome": "risk_identified_action_taken", "riskOutcome": "risk_removed",
            "capacity": "did_not_lack_capacity", "supportedBy": ["friend"], "asked": "asked_and_expressed",
            "overallAchievement": "fully", "reason": "The provider has changed", "adultView": "Content with it"
        }))?;
        perform(self.conn, practitioner, Action::ClosingDraft, 1, |act| {
            closing::save_conclusion(act, case, &conclusion)
        })?;
        self.step("manager", case, &json!({ "to": "concluded" }))
    }

    fn close(&mut self, case: Id) -> Result<(), Problem> {
        let manager = self.people.named("manager")?;
        let items: Vec<Value> = closing::ClosureItem::ALL
            .iter()
            .map(|item| json!({ "item": item, "state": "done" }))
            .collect();
        let checklist = body(&json!({ "items": items, "adultAgrees": "yes", "feedbackOffered": "yes" }))?;
        perform(self.conn, manager, Action::ClosingDraft, 1, |act| {
            closing::save_checklist(act, case, &checklist)
        })?;
        self.step("manager", case, &json!({ "to": "closed" }))
    }
}

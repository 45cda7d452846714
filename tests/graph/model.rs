//! What the domain's table of steps says of one case. Written from the table, not from the program.

use msp_api::problem::Code;
use serde_json::{Value, json};

pub const STATES: [&str; 6] = [
    "concern",
    "enquiry",
    "plan",
    "concluded",
    "closed",
    "closed_no_enquiry",
];
pub const PARTS: [&str; 3] = ["careAndSupportNeeds", "experiencingOrAtRisk", "unableToProtect"];
pub const CLOSURE: [&str; 12] = [
    "agreement_with_adult",
    "referral_for_support",
    "advice_given",
    "organisations_updated",
    "feedback_to_referrer",
    "person_of_concern_action",
    "others_supported",
    "childrens_referral",
    "outcomes_evaluated",
    "review_considered",
    "lessons",
    "told_how_to_get_help_again",
];

/// What the domain says of one case.
pub struct Model {
    pub has_adult: bool,
    pub allocated: bool,
    pub state: &'static str,
    pub version: i64,
    /// The type of each enquiry, and the reason of its conclusion.
    pub enquiries: Vec<(String, Option<String>)>,
    pub steps: Vec<&'static str>,
    pub conclusion: Value,
    pub checklist: Value,
    /// Versions of the two: 1, and one more with every replacement.
    pub drafts: [i64; 2],
    /// Each outcome of the adult's, and the latest final judgement.
    pub outcomes: Vec<(String, Option<&'static str>)>,
}

impl Model {
    pub fn step(&self, to: &str) -> Option<&'static str> {
        Some(match (self.state, to) {
            ("concern", "enquiry") => "open",
            ("concern", "closed_no_enquiry") => "end",
            ("enquiry", "enquiry") => "change",
            ("enquiry", "plan") => "plan",
            ("enquiry" | "plan", "concluded") => "conclude",
            ("concluded", "closed") => "close",
            ("concluded" | "closed" | "closed_no_enquiry", "concern" | "enquiry") => "reopen",
            _ => return None,
        })
    }

    /// Who moves the case at all, and otherwise whether they may know of it.
    fn refuses(&self, who: &str) -> Option<Code> {
        match who {
            "manager" | "delegated" => None,
            "practitioner" if self.allocated => None,
            "duty" if !self.state.starts_with("closed") => Some(Code::Forbidden),
            _ => Some(Code::NotFound),
        }
    }

    fn may(who: &str, step: &str) -> bool {
        match step {
            "open" | "end" | "change" => who != "practitioner",
            "plan" => true,
            _ => who == "manager",
        }
    }

    /// What the answer to a step is: a refusal with what is missing, or none.
    pub fn judge(&self, who: &str, read: i64, wanted: &Value) -> Option<(Code, Vec<String>)> {
        let nothing = |code| Some((code, vec![]));
        if let Some(code) = self.refuses(who) {
            return nothing(code);
        }
        if read != self.version {
            return nothing(Code::Stale);
        }
        if wanted["effectiveAt"]
            .as_str()
            .is_some_and(|at| at.starts_with("21"))
        {
            return nothing(Code::Invalid);
        }
        let Some(step) = self.step(wanted["to"].as_str().unwrap()) else {
            return nothing(Code::InvalidTransition);
        };
        if !Self::may(who, step) {
            return nothing(Code::Forbidden);
        }
        let mut missing = self.missing(step, wanted);
        missing.sort();
        (!missing.is_empty()).then_some((Code::InvalidTransition, missing))
    }

    fn missing(&self, step: &str, wanted: &Value) -> Vec<String> {
        match step {
            "open" => self.missing_for_enquiry(wanted),
            "end" => {
                let mut missing = absent("", wanted, &["dispositions", "narrative", "feedbackToReferrer"]);
                if wanted["dispositions"] == json!([]) {
                    missing.push("/dispositions".to_owned());
                }
                if wanted["feedbackToReferrer"] == json!({"given": true}) {
                    missing.push("/feedbackToReferrer".to_owned());
                }
                missing.extend(self.view_of_the_adult("", wanted));
                missing
            }
            "change" => {
                let mut missing = absent("", wanted, &["enquiryType", "reason"]);
                let now = &self.enquiries.last().unwrap().0;
                missing.extend((wanted["enquiryType"] == json!(now)).then(|| "/enquiryType".to_owned()));
                missing
            }
            "plan" => absent("", wanted, &["plan"]),
            "conclude" => self.missing_for_conclusion(),
            "close" => self.missing_for_closing(),
            _ => {
                let mut missing = absent("", wanted, &["reason"]);
                // A decision that was made stands; that all three parts are met was not decided for another enquiry.
                let last = self.enquiries.last().map(|(kind, _)| kind.as_str());
                let decided = match wanted["enquiryType"].as_str() {
                    Some("section_42") => last == Some("section_42"),
                    _ => last.is_some(),
                };
                if wanted["to"] == "enquiry" && !decided {
                    missing.extend(self.missing_for_enquiry(wanted));
                }
                missing
            }
        }
    }

    fn view_of_the_adult(&self, place: &str, said: &Value) -> Option<String> {
        let recorded = !said["adultView"].is_null() || !said["adultViewNotSoughtReason"].is_null();
        (self.has_adult && !recorded).then(|| format!("{place}/adultView"))
    }

    fn missing_for_enquiry(&self, wanted: &Value) -> Vec<String> {
        let mut missing = absent("", wanted, &["enquiryType"]);
        for part in PARTS {
            let answer = &wanted["threePartTest"][part]["answer"];
            if answer.is_null() {
                missing.push(format!("/threePartTest/{part}"));
            } else if wanted["enquiryType"] == "section_42" && answer != "yes" {
                missing.push(format!("/threePartTest/{part}/answer"));
            }
        }
        if wanted["enquiryType"] == "other" {
            missing.extend(absent("", wanted, &["otherEnquiryReason"]));
        }
        missing.extend(self.view_of_the_adult("", wanted));
        missing
    }

    fn missing_for_conclusion(&self) -> Vec<String> {
        let set = &self.conclusion;
        let place = "/conclusion";
        let mut missing = absent(
            place,
            set,
            &["risks", "riskAssessmentOutcome", "capacity", "asked", "reason"],
        );
        if set["risks"] == json!([]) {
            missing.push("/conclusion/risks".to_owned());
        }
        if set["riskAssessmentOutcome"]
            .as_str()
            .is_some_and(|found| found.starts_with("risk_identified"))
        {
            missing.extend(absent(place, set, &["riskOutcome"]));
        }
        missing.extend(self.view_of_the_adult(place, set));
        // About an adult every answer but this one; about nobody this one only.
        for answer in ["capacity", "asked"] {
            if !set[answer].is_null() && (set[answer] == "not_applicable") == self.has_adult {
                missing.push(format!("/conclusion/{answer}"));
            }
        }
        let unjudged = self.outcomes.iter().filter(|(_, achieved)| achieved.is_none());
        missing.extend(unjudged.map(|(id, _)| format!("/desiredOutcomes/{id}/achievement")));
        let differs =
            !set["asked"].is_null() && !self.outcomes.is_empty() && set["asked"] != "asked_and_expressed";
        let mut by_hand = false;
        if set["asked"] == "asked_and_expressed" {
            missing.extend(absent(place, set, &["overallAchievement"]));
            let given = set["overallAchievement"].as_str();
            by_hand = given.is_some() && given != self.overall();
        }
        if differs || by_hand {
            missing.extend(absent(place, set, &["overrideReason"]));
        }
        missing
    }

    /// All fully is fully, all not is not, else partially; with none, or any not judged, nothing follows.
    fn overall(&self) -> Option<&'static str> {
        let judged: Option<Vec<&str>> = self.outcomes.iter().map(|(_, achieved)| *achieved).collect();
        let judged = judged.filter(|judged| !judged.is_empty() && !judged.contains(&"not_judged"))?;
        let all = |one: &str| judged.iter().all(|achieved| *achieved == one);
        Some(if all("fully") {
            "fully"
        } else if all("not") {
            "not"
        } else {
            "partially"
        })
    }

    fn missing_for_closing(&self) -> Vec<String> {
        let set = &self.checklist;
        let answered: Vec<&str> = set["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item["item"].as_str())
            .collect();
        let unanswered = CLOSURE.iter().filter(|item| !answered.contains(item));
        let mut missing: Vec<String> = unanswered
            .map(|item| format!("/closureChecklist/items/{item}"))
            .collect();
        if self.has_adult {
            missing.extend(absent(
                "/closureChecklist",
                set,
                &["adultAgrees", "feedbackOffered"],
            ));
        }
        if set["adultAgrees"] == "no" || set["adultAgrees"] == "partly" {
            missing.extend(absent("/closureChecklist", set, &["disagreement"]));
        }
        if set["feedbackOffered"] == "no" {
            missing.extend(absent("/closureChecklist", set, &["feedbackNotOfferedReason"]));
        }
        missing
    }

    pub fn take(&mut self, wanted: &Value) {
        let to = STATES.into_iter().find(|state| wanted["to"] == *state).unwrap();
        let step = self.step(to).unwrap();
        let kind = wanted["enquiryType"].as_str().map(str::to_owned);
        match step {
            "open" => self.enquiries.push((kind.unwrap(), None)),
            "change" => self.enquiries.last_mut().unwrap().0 = kind.unwrap(),
            "conclude" => {
                self.enquiries.last_mut().unwrap().1 = self.conclusion["reason"].as_str().map(str::to_owned)
            }
            "reopen" => {
                // What was concluded stays with its enquiry; the next one needs a conclusion of its own.
                if self.state != "closed_no_enquiry" {
                    self.conclusion = json!({});
                    self.drafts[0] += i64::from(self.drafts[0] > 1);
                }
                if self.state == "closed" {
                    self.checklist = json!({});
                    self.drafts[1] += i64::from(self.drafts[1] > 1);
                }
                if to == "enquiry" {
                    let last = self.enquiries.last().map(|(kind, _)| kind.clone());
                    self.enquiries.push((kind.or(last).unwrap(), None));
                }
            }
            _ => {}
        }
        self.state = to;
        self.version += 1;
        self.steps.push(to);
    }
}

/// Pointers of those members that are not there.
fn absent(place: &str, object: &Value, members: &[&str]) -> Vec<String> {
    members
        .iter()
        .filter(|member| object[**member].is_null())
        .map(|member| format!("{place}/{member}"))
        .collect()
}

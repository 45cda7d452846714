//! Rules of desired outcomes. Pure: they look at facts, not at rows, requests or the clock.

use super::dto::{NewAchievement, NewRevision};
use super::model::{
    Achieved, AdultAgrees, AskedAnswer, ChangeKind, ExpressedBy, OutcomeStatus, Party, RevisionStanding,
};
use crate::casework::contacts::model::AskedResult;
use crate::ids::Id;
use crate::policy::Standing;
use crate::problem::Fault;

/// An outcome with how it was judged.
#[derive(Debug, Clone)]
pub struct JudgedOutcome {
    /// The outcome.
    pub id: Id,
    /// Whether it is still wanted.
    pub is_current: bool,
    /// Whether it was withdrawn, replaced or narrowed without the adult's confirmed wish.
    pub given_up_without_the_adult: bool,
    /// The latest final judgement.
    pub achieved: Option<Achieved>,
    /// Whether there is a final judgement.
    pub judged_finally: bool,
}

/// The overall achievement, where it follows from the outcomes: of those current, and of those given up without
/// the adult's confirmed wish, which count as not achieved unless judged. With none of either, or any not
/// judged, nothing follows: "fully" is never a default.
pub fn overall(outcomes: &[JudgedOutcome]) -> Option<Achieved> {
    let counted = outcomes
        .iter()
        .filter(|outcome| outcome.is_current || outcome.given_up_without_the_adult);
    let values: Option<Vec<Achieved>> = counted
        .map(|outcome| match outcome.achieved {
            Some(Achieved::NotJudged) => None,
            Some(achieved) => Some(achieved),
            None if outcome.given_up_without_the_adult && !outcome.is_current => Some(Achieved::Not),
            None => None,
        })
        .collect();
    let values = values.filter(|values| !values.is_empty())?;
    let all = |one: Achieved| values.iter().all(|value| *value == one);
    Some(match (all(Achieved::Fully), all(Achieved::Not)) {
        (true, _) => Achieved::Fully,
        (_, true) => Achieved::Not,
        _ => Achieved::Partially,
    })
}

/// Whether the adult was asked, as far as the record shows it: by the outcomes, or by what came of asking.
pub fn asked(outcomes: &[JudgedOutcome], came_of_asking: &[AskedResult]) -> Option<AskedAnswer> {
    let came = |results: &[AskedResult]| results.iter().any(|result| came_of_asking.contains(result));
    if !outcomes.is_empty()
        || came(&[
            AskedResult::Expressed,
            AskedResult::Unchanged,
            AskedResult::Changed,
        ])
    {
        return Some(AskedAnswer::AskedAndExpressed);
    }
    if came(&[AskedResult::NoneExpressed, AskedResult::Declined]) {
        return Some(AskedAnswer::AskedNoneExpressed);
    }
    came(&[AskedResult::NotAsked]).then_some(AskedAnswer::NotAsked)
}

/// Who may say whose wish it is: the adult's app speaks for the adult alone, an advocate for the adult or on the
/// adult's behalf. Best-interests outcomes need a capacity assessment and a decision (Mental Capacity Act 2005
/// s.4), which must be recorded first.
pub fn faults_of_expression(
    standing: Standing,
    expressed_by: ExpressedBy,
    covered_by_decision: bool,
) -> Vec<Fault> {
    let fault = |detail: &str| vec![Fault::at("/expressedBy", "not_theirs_to_say", detail)];
    match (standing, expressed_by) {
        (Standing::Adult, ExpressedBy::Adult) => vec![],
        (Standing::Adult, _) => fault("From the adult's own app this is always the adult."),
        (Standing::Representative, ExpressedBy::Representative) => vec![],
        (Standing::Representative, _) => {
            fault("A representative speaks for themselves: the adult's words stay the adult's.")
        }
        (Standing::Advocate, ExpressedBy::Adult | ExpressedBy::Advocate) => vec![],
        (Standing::Advocate, _) => {
            fault("An advocate passes on the adult's words or speaks on their behalf.")
        }
        (_, ExpressedBy::BestInterests) if !covered_by_decision => {
            let detail = "A capacity assessment that concludes lacks_capacity and a best-interests decision come first.";
            vec![Fault::at("/expressedBy", "best_interests_not_decided", detail)]
        }
        _ => vec![],
    }
}

/// What a revision by anyone but the adult must say. Nothing is asked of the adult's own.
pub fn faults_of_revision(
    standing: Standing,
    revision: &NewRevision,
    covered_by_decision: bool,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if standing != Standing::Adult {
        let mut need = |there: bool, pointer: &str, detail: &str| {
            if !there {
                faults.push(Fault::required(pointer, detail));
            }
        };
        need(
            revision.change_kind.is_some(),
            "/changeKind",
            "Say what kind of change this is.",
        );
        need(
            revision.change_reason.is_some(),
            "/changeReason",
            "Say why it changes.",
        );
        need(
            revision.initiated_by.is_some(),
            "/initiatedBy",
            "Say whose idea the change was.",
        );
        need(
            revision.adult_agrees.is_some(),
            "/adultAgrees",
            "Say whether the adult agrees.",
        );
    }
    let keeps_the_words = matches!(
        revision.change_kind,
        Some(ChangeKind::Withdrawn | ChangeKind::Reinstated | ChangeKind::PriorityChanged)
    );
    if revision.own_words.is_none() && !keeps_the_words {
        faults.push(Fault::required("/ownWords", "Give the words."));
    }
    if revision.change_kind == Some(ChangeKind::Initial) {
        faults.push(Fault::at(
            "/changeKind",
            "code",
            "The first words are recorded with the outcome.",
        ));
    }
    if revision.adult_agrees == Some(AdultAgrees::BestInterests) && !covered_by_decision {
        let detail = "A best-interests decision that covers this must be recorded first.";
        faults.push(Fault::at("/adultAgrees", "best_interests_not_decided", detail));
    }
    faults
}

/// Whether a revision counts at once: the adult's own always; any other when the adult agrees or a best-interests
/// decision covers it. Until then it is proposed, and the words before it stand.
pub fn standing_of(by_the_adult: bool, agrees: AdultAgrees) -> RevisionStanding {
    match by_the_adult || matches!(agrees, AdultAgrees::Yes | AdultAgrees::BestInterests) {
        true => RevisionStanding::InForce,
        false => RevisionStanding::Proposed,
    }
}

/// The status after a change.
pub fn status_after(before: OutcomeStatus, change: ChangeKind) -> OutcomeStatus {
    match change {
        ChangeKind::Withdrawn => OutcomeStatus::Withdrawn,
        ChangeKind::Reinstated => OutcomeStatus::Current,
        _ => before,
    }
}

/// Who may judge for whom, and what a judgement must say.
pub fn faults_of_achievement(standing: Standing, judgement: &NewAchievement) -> Vec<Fault> {
    let mut faults = Vec::new();
    let own = match standing {
        Standing::Adult => Some(Party::Adult),
        Standing::Advocate => Some(Party::Advocate),
        Standing::Representative => Some(Party::Representative),
        _ => None,
    };
    if own.is_some_and(|own| own != judgement.judged_by) {
        faults.push(Fault::at(
            "/judgedBy",
            "not_theirs_to_say",
            "From here only your own view is taken.",
        ));
    }
    match (judgement.achieved, judgement.not_judged_because) {
        (Achieved::NotJudged, None) => {
            faults.push(Fault::required("/notJudgedBecause", "Say why nobody judged."));
        }
        (Achieved::NotJudged, Some(_)) | (_, None) => {}
        (_, Some(_)) => {
            faults.push(Fault::at(
                "/notJudgedBecause",
                "contradiction",
                "This goes with not_judged only.",
            ));
        }
    }
    faults
}

/// Whose judgements of how far an outcome was achieved a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// Everybody's.
    All,
    /// Those of the adult and of who speaks for them: the practitioner's view is kept apart.
    OwnSide,
    /// Nobody's.
    Nobody,
}

impl Judges {
    /// Whose judgements show to a caller of this standing.
    pub fn shown_to(standing: Standing) -> Self {
        match standing {
            standing if standing.is_staff() => Self::All,
            Standing::Advocate | Standing::Adult | Standing::Representative => Self::OwnSide,
            _ => Self::Nobody,
        }
    }

    /// Who they are.
    pub fn parties(self) -> Vec<Party> {
        match self {
            Self::All => Party::ALL.to_vec(),
            Self::OwnSide => vec![Party::Adult, Party::Representative, Party::Advocate],
            Self::Nobody => vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(is_current: bool, given_up: bool, achieved: Option<Achieved>) -> JudgedOutcome {
        JudgedOutcome {
            id: Id::new(),
            is_current,
            given_up_without_the_adult: given_up,
            achieved,
            judged_finally: achieved.is_some(),
        }
    }

    #[test]
    fn the_derivation_cannot_flatter() {
        let fully = || outcome(true, false, Some(Achieved::Fully));
        assert_eq!(overall(&[]), None);
        assert_eq!(overall(&[fully()]), Some(Achieved::Fully));
        assert_eq!(
            overall(&[fully(), outcome(true, false, Some(Achieved::Not))]),
            Some(Achieved::Partially)
        );
        assert_eq!(
            overall(&[fully(), outcome(true, false, Some(Achieved::NotJudged))]),
            None
        );
        assert_eq!(overall(&[fully(), outcome(true, false, None)]), None);
        // Talked out of it by someone else: counts as not achieved.
        assert_eq!(
            overall(&[fully(), outcome(false, true, None)]),
            Some(Achieved::Partially)
        );
        // Given up by the adult: does not count.
        assert_eq!(
            overall(&[fully(), outcome(false, false, None)]),
            Some(Achieved::Fully)
        );
        assert_eq!(overall(&[outcome(false, true, None)]), Some(Achieved::Not));
    }

    #[test]
    fn having_asked_is_read_from_the_record() {
        assert_eq!(asked(&[], &[]), None);
        assert_eq!(asked(&[], &[AskedResult::NotAsked]), Some(AskedAnswer::NotAsked));
        assert_eq!(
            asked(&[], &[AskedResult::NotAsked, AskedResult::Declined]),
            Some(AskedAnswer::AskedNoneExpressed)
        );
        assert_eq!(
            asked(&[], &[AskedResult::Unchanged]),
            Some(AskedAnswer::AskedAndExpressed)
        );
        assert_eq!(
            asked(&[outcome(true, false, None)], &[]),
            Some(AskedAnswer::AskedAndExpressed)
        );
    }

    #[test]
    fn the_adults_words_cannot_be_displaced_by_anyone_elses() {
        for agrees in AdultAgrees::ALL {
            let counts = matches!(agrees, AdultAgrees::Yes | AdultAgrees::BestInterests);
            let expected = if counts {
                RevisionStanding::InForce
            } else {
                RevisionStanding::Proposed
            };
            assert_eq!(standing_of(false, *agrees), expected);
            assert_eq!(standing_of(true, *agrees), RevisionStanding::InForce);
        }
    }

    #[test]
    fn must_not_force_a_change_kind_on_the_adult() {
        let words = NewRevision {
            own_words: Some("I changed my mind".to_owned()),
            ..NewRevision::default()
        };
        assert_eq!(faults_of_revision(Standing::Adult, &words, false), []);
        assert_eq!(faults_of_revision(Standing::Allocated, &words, false).len(), 4);
    }

    #[test]
    fn best_interests_need_a_decision_and_the_adults_own_words_never_do() {
        assert!(!faults_of_expression(Standing::Allocated, ExpressedBy::BestInterests, false).is_empty());
        assert!(faults_of_expression(Standing::Allocated, ExpressedBy::BestInterests, true).is_empty());
        assert!(faults_of_expression(Standing::Allocated, ExpressedBy::Adult, false).is_empty());
    }
}

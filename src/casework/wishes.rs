//! Wishes: what matters to the adult, what they want and **what they do not want**. Append-only; each says whose it
//! is, so that a relative's wish is never listed as the adult's.

use actix_web::{get, post};
use diesel::prelude::*;

use super::cases::reach::Reached;
use super::outcomes::model::Party;
use super::record;
use crate::act::Act;
use crate::body::Body;
use crate::clock::{PastTime, UtcTime};
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::policy::Standing;
use crate::problem::{Fault, Problem};
use crate::schema::records::wishes;

crate::codes! {
    /// What a wish is about, as the first conversation asks it.
    pub enum WishKind {
        /// What is important to me.
        ImportantToMe = "important_to_me",
        /// What would help me feel safer.
        FeelSafer = "feel_safer",
        /// What I want.
        Want = "want",
        /// What I do not want.
        DoNotWant = "do_not_want",
        /// What helps me understand and say what I think.
        HelpToUnderstand = "help_to_understand",
        /// Where I want to meet.
        MeetingPlace = "meeting_place",
        /// Who should be involved.
        WhoToInvolve = "who_to_involve",
        /// Who should not be involved.
        WhoNotToInvolve = "who_not_to_involve",
        /// About me.
        AboutMe = "about_me",
        /// What I am good at.
        MyStrengths = "my_strengths",
        /// Who and what keeps me safe.
        KeepsMeSafe = "keeps_me_safe",
        /// How to work with me.
        HowToWorkWithMe = "how_to_work_with_me",
        /// How I feel.
        HowIFeel = "how_i_feel",
    }
}

crate::record! {
    /// Something the adult, or someone for them, said about what matters.
    #[schema(example = json!({"kind": "do_not_want", "text": "I do not want to leave my home", "saidBy": "adult"}))]
    Wish (WishContent) in wishes as "wish" [partner all], NewWish, WishView {
        columns {
            /// What it is about.
            kind: WishKind,
            /// The words.
            #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
            text: String,
            /// Who said it.
            said_by: Party,
            /// When; now, if absent.
            #[schema(value_type = Option<PastTime>)]
            said_at: Option<UtcTime>,
        }
        documents {}
    }
}
crate::record!(rules Wish, NewWish, WishView);

crate::record_operations! {
    Wish, NewWish, WishView, tag "Wishes", at "/v1/cases/{caseId}/wishes",
    one "/v1/cases/{caseId}/wishes/{wishId}" (WishPath), read "wishes.read", write "wishes.record",
    list list_wishes "listWishes" "List wishes" "What matters to the adult, each with who said it.",
    create record_wish "recordWish" "Record a wish"
        "Also what the adult does not want, and who should not be involved. Append-only." by append,
    get get_wish "getWish" "Read a wish" "One statement.",
    mistake mark_wish "markWishEnteredInError" "/v1/cases/{caseId}/wishes/{wishId}/entered-in-error"
        may "wishes.correct",
}

fn append(act: &mut Act, case: Id, body: &Body<NewWish>) -> Result<Id, Problem> {
    record::create_as::<Wish>(act, case, body, |_, case: &Reached, wish| {
        Ok(faults(case.standing, wish))
    })
}

/// What the adult has said about who should be involved and who should not, oldest first.
pub fn about_involvement(conn: &mut Connection, case: Id) -> QueryResult<Vec<Wish>> {
    wishes::table
        .filter(wishes::case_id.eq(case).and(wishes::said_by.eq(Party::Adult)))
        .filter(wishes::kind.one_of([WishKind::WhoToInvolve, WishKind::WhoNotToInvolve]))
        .filter(wishes::entered_in_error.is_null())
        .order(wishes::id)
        .select(Wish::as_select())
        .load(conn)
}

/// Who may say whose wish it is.
pub fn faults(standing: Standing, wish: &NewWish) -> Vec<Fault> {
    let theirs = match standing {
        Standing::Adult => wish.said_by == Party::Adult,
        Standing::Representative => wish.said_by == Party::Representative,
        Standing::Advocate => matches!(wish.said_by, Party::Adult | Party::Advocate),
        _ => true,
    };
    match theirs {
        true => vec![],
        false => vec![Fault::at(
            "/saidBy",
            "not_theirs_to_say",
            "From here this is only your own, or the adult's.",
        )],
    }
}

/// The fault of involving somebody whom the adult has said should not be, without a reason why all the same.
pub fn fault_of_involving(
    act: &mut Act,
    case: Id,
    named: &str,
    override_reason: Option<&String>,
) -> Result<Option<Fault>, Problem> {
    if override_reason.is_some() {
        return Ok(None);
    }
    let wishes = about_involvement(act.conn, case)?;
    Ok(is_anybody_unwanted(&wishes, named).then(|| {
        Fault::required(
            "/overrideReason",
            "The adult does not want them involved: say why they are all the same.",
        )
    }))
}

/// Whether words that may hold more than a name ("Mr A Name, her nephew") name somebody who should not be involved.
fn is_anybody_unwanted(wishes: &[Wish], words: &str) -> bool {
    let begins_high = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let parts: Vec<&str> = words
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let pairs = parts.windows(2).filter(|pair| pair.iter().all(begins_high));
    let mut names = pairs.map(|pair| pair.join(" "));
    is_unwanted(wishes, words) || names.any(|name| is_unwanted(wishes, &name))
}

/// Whether the last of these wishes, oldest first, that names somebody says that they should not be involved.
pub fn is_unwanted(wishes: &[Wish], name: &str) -> bool {
    let last = wishes.iter().rev().find(|wish| names(&wish.text, name));
    last.is_some_and(|wish| wish.kind == WishKind::WhoNotToInvolve)
}

fn names(text: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (text, name) = (words(text), words(name));
    !name.is_empty() && text.windows(name.len()).any(|window| window == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_whole_words_whatever_stands_between() {
        assert!(names("Please not Marmaduke  Vole, ever", "marmaduke vole"));
        for (text, name) in [
            ("Not at Anniversary Hall", "Ann"),
            ("Not Marmaduke", "Marmaduke Vole"),
            ("x", "-"),
        ] {
            assert!(!names(text, name), "{text} {name}");
        }
    }
}

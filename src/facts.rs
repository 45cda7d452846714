//! Facts about single values that no type can hold: the contract names them as `x-rule`.

use chrono::{DateTime, NaiveDate, Utc};

use crate::clock;

crate::codes! {
    /// Whether something is so, as far as it is known.
    pub enum YesNoNotKnown {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Not known.
        NotKnown = "not_known",
    }
}

/// A rule that one value must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueRule {
    /// A valid NHS number.
    NhsNumber,
    /// A date or time that has come.
    NotInTheFuture,
    /// Something other than white space.
    NotBlank,
}

impl ValueRule {
    /// The rule of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::NhsNumber, Self::NotInTheFuture, Self::NotBlank]
            .into_iter()
            .find(|rule| rule.name() == name)
    }

    /// Its name, which is also the code of its fault.
    pub fn name(self) -> &'static str {
        match self {
            Self::NhsNumber => "nhs_number",
            Self::NotInTheFuture => "not_in_the_future",
            Self::NotBlank => "not_blank",
        }
    }

    /// What is said when it is broken.
    pub fn detail(self) -> &'static str {
        match self {
            Self::NhsNumber => "This is not an NHS number: ten digits of which the last is a check digit.",
            Self::NotInTheFuture => "This must not be in the future.",
            Self::NotBlank => "This must say something.",
        }
    }

    /// Whether a text keeps it. A text of the wrong format is left to the format's own fault.
    pub fn holds_for(self, text: &str) -> bool {
        match self {
            Self::NhsNumber => is_nhs_number(text),
            Self::NotInTheFuture => match (text.parse::<NaiveDate>(), text.parse::<DateTime<Utc>>()) {
                (Ok(date), _) => date <= clock::now().date(),
                // A phone's clock may run a little ahead of ours.
                (_, Ok(at)) => at <= clock::now().plus_seconds(60).get(),
                _ => true,
            },
            Self::NotBlank => !text.trim().is_empty(),
        }
    }
}

/// Whether this is an NHS number (NHS Data Dictionary: modulus 11). Ten equal digits pass the sum, and are refused
/// because nobody has such a number.
pub fn is_nhs_number(text: &str) -> bool {
    let digits: Vec<u32> = text
        .chars()
        .filter_map(|character| character.to_digit(10))
        .collect();
    let (Some((check, first_nine)), true) = (digits.split_last(), text.len() == 10 && digits.len() == 10)
    else {
        return false;
    };
    let all_the_same = first_nine.iter().all(|digit| digit == check);
    !all_the_same && check_digit(first_nine) == Some(*check)
}

/// The check digit of nine digits; none where it would be ten.
pub fn check_digit(first_nine: &[u32]) -> Option<u32> {
    let sum: u32 = first_nine
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        check => Some(check),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nhs_numbers_are_held_to_their_check_digit() {
        for valid in ["9434765919", "6541003238", "4010232137"] {
            assert!(is_nhs_number(valid), "{valid}");
        }
        for invalid in [
            "4380590096",
            "3459124359",
            "1234567890",
            "0000000000",
            "9999999999",
            "943476591",
            "943 476 5919",
            "",
        ] {
            assert!(!is_nhs_number(invalid), "{invalid}");
        }
    }

    #[test]
    fn tomorrow_is_in_the_future_and_today_is_not() {
        let rule = ValueRule::NotInTheFuture;
        assert!(rule.holds_for(&clock::now().date().to_string()));
        assert!(!rule.holds_for(&clock::now().plus_seconds(3 * 86_400).date().to_string()));
        assert!(!rule.holds_for(&clock::now().plus_seconds(3_600).to_string()));
    }
}

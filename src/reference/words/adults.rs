//! Words of the national collection's own groupings of adults.

use crate::reference::{CodeList, CodeWords};

/// A code, in plain words, in Easy Read, and the national label.
type Row = (&'static str, &'static str, &'static str, &'static str);

const AGE_BANDS: &[Row] = &[
    ("age_18_to_64", "18 to 64", "You are 18 to 64 years old.", "18-64"),
    ("age_65_to_74", "65 to 74", "You are 65 to 74 years old.", "65-74"),
    ("age_75_to_84", "75 to 84", "You are 75 to 84 years old.", "75-84"),
    ("age_85_to_94", "85 to 94", "You are 85 to 94 years old.", "85-94"),
    (
        "age_95_or_over",
        "95 or over",
        "You are 95 years old or more.",
        "95+",
    ),
    (
        "not_known",
        "Not known",
        "We do not know how old you are.",
        "Not Known",
    ),
];

const GENDERS: &[Row] = &[
    ("male", "Male", "You are a man.", "Male"),
    ("female", "Female", "You are a woman.", "Female"),
    ("not_known", "Not known", "We do not know.", "Not Known"),
];

const ETHNICITIES: &[Row] = &[
    ("white", "White", "You are white.", "White"),
    (
        "mixed_or_multiple",
        "Mixed or multiple ethnic groups",
        "Your family comes from more than one group.",
        "Mixed / Multiple",
    ),
    (
        "asian_or_asian_british",
        "Asian or Asian British",
        "You or your family come from Asia.",
        "Asian / Asian British",
    ),
    (
        "black_african_caribbean_or_black_british",
        "Black, African, Caribbean or Black British",
        "You are Black, or your family come from Africa or the Caribbean.",
        "Black / African / Caribbean / Black British",
    ),
    (
        "other_ethnic_group",
        "Another ethnic group",
        "You are from some other group.",
        "Other Ethnic Group",
    ),
    (
        "refused",
        "Did not want to say",
        "You did not want to say.",
        "Refused",
    ),
    (
        "undeclared_or_not_known",
        "Not said, or not known",
        "We do not know.",
        "Undeclared / Not Known",
    ),
];

const PRIMARY_SUPPORT_REASONS: &[Row] = &[
    (
        "physical_support",
        "Support with the body: moving, washing, eating",
        "You need help to move, wash or eat.",
        "Physical Support",
    ),
    (
        "sensory_support",
        "Support with seeing or hearing",
        "You need help because you do not see or hear well.",
        "Sensory Support",
    ),
    (
        "memory_and_cognition",
        "Support with memory and thinking",
        "You need help to remember and think.",
        "Support with Memory and Cognition",
    ),
    (
        "learning_disability",
        "Support with a learning disability",
        "You need help because it is hard for you to learn new things.",
        "Learning Disability Support",
    ),
    (
        "mental_health",
        "Support with mental health",
        "You need help with how you feel and think.",
        "Mental Health Support",
    ),
    (
        "social_support",
        "Support to live with others, or as a carer",
        "You need help to be with people, or you care for someone.",
        "Social Support",
    ),
    (
        "no_support_reason",
        "No support is needed",
        "You do not need this kind of help.",
        "No Support Reason",
    ),
    ("not_known", "Not known", "We do not know.", "Not Known"),
];

/// The lists of this file.
pub(super) fn lists() -> Vec<CodeList> {
    vec![
        list(
            "AgeBand",
            "Age on the last day of the period, or at death",
            AGE_BANDS,
        ),
        list("Gender", "Gender", GENDERS),
        list("Ethnicity", "Ethnicity", ETHNICITIES),
        list(
            "PrimarySupportReason",
            "Main reason for support",
            PRIMARY_SUPPORT_REASONS,
        ),
    ]
}

fn list(name: &'static str, title: &'static str, rows: &[Row]) -> CodeList {
    let words = rows.iter().map(|(code, plain, easy_read, national)| CodeWords {
        code,
        plain,
        easy_read,
        national_label: Some(national),
    });
    CodeList {
        name,
        title,
        codes: words.collect(),
    }
}

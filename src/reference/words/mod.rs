//! The words of every code. A code without words does not compile; a list without words fails a test.

/// Declares the lists of a file: each code with its plain wording, its Easy Read wording and, where the Safeguarding
/// Adults Collection has one, the national label.
macro_rules! words {
    ($($codes:ident, $title:literal {
        $($code:ident: $plain:literal, $easy_read:literal $(, national $national:literal)?;)+
    })+) => {
        pub(super) fn lists() -> Vec<$crate::reference::CodeList> {
            vec![$($crate::reference::CodeList {
                name: stringify!($codes),
                title: $title,
                codes: $codes::ALL
                    .iter()
                    .map(|code| match code {
                        $($codes::$code => $crate::reference::CodeWords {
                            code: code.as_str(),
                            plain: $plain,
                            easy_read: $easy_read,
                            national_label: words!(@national $($national)?),
                        },)+
                    })
                    .collect(),
            }),+]
        }
    };
    (@national) => { None };
    (@national $label:literal) => { Some($label) };
}

mod access;
mod adults;
mod asking;
mod audit;
mod cases;
mod meetings;
mod people;
mod referrals;
mod risks;
mod support;
mod working;

use super::CodeList;

/// Every list.
pub(super) fn lists() -> Vec<CodeList> {
    let files = [
        access::lists(),
        risks::lists(),
        asking::lists(),
        support::lists(),
        cases::lists(),
        meetings::lists(),
        people::lists(),
        adults::lists(),
        adults::groups(),
        working::lists(),
        referrals::lists(),
        audit::lists(),
    ];
    files.into_iter().flatten().collect()
}

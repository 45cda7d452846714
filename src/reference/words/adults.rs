//! Words about the adult as a person: how they are counted, reached and represented. Where the national collection
//! counts by groups that nobody records, the groups have a list of their own.

use crate::casework::adults::contact_points::{AddressUse, ContactPointKind, ContactPointStatus, OldAddress};
use crate::casework::adults::representatives::{LegalAuthority, RepresentativeConflict, RepresentativeKind};
use crate::people::adults::{Ethnicity, Gender, MatchedOn, NhsNumberStatus, PrimarySupportReason};
use crate::policy::MayReceive;
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

const ETHNIC_GROUPS: &[Row] = &[
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

/// What the national collection counts by.
pub(super) fn groups() -> Vec<CodeList> {
    vec![
        list(
            "AgeBand",
            "Age on the last day of the period, or at death",
            AGE_BANDS,
        ),
        list(
            "EthnicGroup",
            "Ethnic group, as the national collection counts",
            ETHNIC_GROUPS,
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

words! {
    Gender, "Gender" {
        Male: "Male", "You are a man.", national "Male";
        Female: "Female", "You are a woman.", national "Female";
        NotKnown: "Not known", "We do not know.", national "Not Known";
    }
    Ethnicity, "Ethnicity (census of 2021)" {
        WhiteBritish: "White: English, Welsh, Scottish, Northern Irish or British",
            "You are white. You are from England, Wales, Scotland or the north of Ireland.", national "White";
        WhiteIrish: "White: Irish", "You are white. You are Irish.", national "White";
        WhiteGypsyOrIrishTraveller: "White: Gypsy or Irish Traveller",
            "You are a Gypsy. Or you are an Irish Traveller.", national "White";
        WhiteRoma: "White: Roma", "You are Roma.", national "White";
        WhiteOther: "White: any other background", "You are white. You are from some other place.", national "White";
        MixedWhiteAndBlackCaribbean: "Mixed: White and Black Caribbean",
            "Your family is white and Black. Some of them come from the Caribbean.", national "Mixed / Multiple";
        MixedWhiteAndBlackAfrican: "Mixed: White and Black African",
            "Your family is white and Black. Some of them come from Africa.", national "Mixed / Multiple";
        MixedWhiteAndAsian: "Mixed: White and Asian",
            "Some of your family are white. Some come from Asia.", national "Mixed / Multiple";
        MixedOther: "Mixed: any other background",
            "Your family comes from more than one group.", national "Mixed / Multiple";
        AsianIndian: "Asian: Indian", "Your family comes from India.", national "Asian / Asian British";
        AsianPakistani: "Asian: Pakistani", "Your family comes from Pakistan.", national "Asian / Asian British";
        AsianBangladeshi: "Asian: Bangladeshi", "Your family comes from Bangladesh.", national "Asian / Asian British";
        AsianChinese: "Asian: Chinese", "Your family comes from China.", national "Asian / Asian British";
        AsianOther: "Asian: any other background",
            "Your family comes from some other part of Asia.", national "Asian / Asian British";
        BlackAfrican: "Black: African", "You are Black. Your family comes from Africa.",
            national "Black / African / Caribbean / Black British";
        BlackCaribbean: "Black: Caribbean", "You are Black. Your family comes from the Caribbean.",
            national "Black / African / Caribbean / Black British";
        BlackOther: "Black: any other background", "You are Black. Your family comes from some other place.",
            national "Black / African / Caribbean / Black British";
        Arab: "Arab", "You are Arab.", national "Other Ethnic Group";
        Other: "Any other ethnic group", "You are from some other group.", national "Other Ethnic Group";
        Refused: "Did not want to say", "You did not want to say.", national "Refused";
        NotKnown: "Not said, or not known", "We do not know.", national "Undeclared / Not Known";
    }
    PrimarySupportReason, "Main reason for support" {
        PhysicalSupport: "Support with the body: moving, washing, eating", "You need help to move, wash or eat.",
            national "Physical Support";
        SensorySupport: "Support with seeing or hearing", "You need help because you do not see or hear well.",
            national "Sensory Support";
        MemoryAndCognition: "Support with memory and thinking", "You need help to remember and think.",
            national "Support with Memory and Cognition";
        LearningDisability: "Support with a learning disability",
            "You need help because it is hard for you to learn new things.", national "Learning Disability Support";
        MentalHealth: "Support with mental health", "You need help with how you feel and think.",
            national "Mental Health Support";
        SocialSupport: "Support to live with others, or as a carer",
            "You need help to be with people, or you care for someone.", national "Social Support";
        NoSupportReason: "No support is needed", "You do not need this kind of help.", national "No Support Reason";
        NotKnown: "Not known", "We do not know.", national "Not Known";
    }
    NhsNumberStatus, "How sure the NHS number is" {
        Verified: "Traced and verified", "We checked your NHS number. It is right.";
        Supplied: "As somebody gave it; not verified", "Someone gave us your NHS number. We have not checked it.";
        NotKnown: "Not known", "We do not know your NHS number.";
    }
    MatchedOn, "What two records have in common" {
        NhsNumber: "The same NHS number", "They have the same NHS number.";
        ExternalId: "The same identifier in another system", "They have the same number in some other list.";
        FamilyName: "The same family name", "They have the same last name.";
        DateOfBirth: "The same date of birth", "They were born on the same day.";
        Postcode: "The same postcode", "They have the same postcode.";
    }
    ContactPointKind, "Kind of contact" {
        Address: "Address", "Where you live.";
        Phone: "Landline telephone", "Your phone at home.";
        Mobile: "Mobile telephone", "The phone you carry with you.";
        Email: "E-mail", "Your email.";
        Other: "Another way", "Some other way to reach you.";
    }
    AddressUse, "What an address is to the adult" {
        Home: "Home", "This is your home.";
        Current: "Where the adult is for now", "This is where you are for now.";
        NoFixedAbode: "No fixed abode: where the adult can usually be found",
            "You have no home right now. This is where we can find you.";
    }
    ContactPointStatus, "Whether it is in use" {
        Current: "In use", "We use this now.";
        KeptShared: "An earlier one that others keep using on purpose",
            "This is an old one. Some people still use it. That helps to hide the new one.";
        Retired: "No longer in use", "We do not use this any more.";
    }
    OldAddress, "What happens to an address that is replaced" {
        Retire: "It is used no more", "We will stop using the old one.";
        KeepShared: "Others go on using it, so that the new one does not show",
            "Some people will still use the old one. That helps to hide the new one.";
    }
    RepresentativeKind, "What the person does for the adult" {
        Representative: "Speaks for the adult", "This person speaks for you.";
        Supporter: "Stands beside the adult", "This person is there to help you.";
    }
    LegalAuthority, "What the law lets them decide" {
        None: "Nothing", "They may not choose for you.";
        LpaHealthWelfare: "Lasting power of attorney for health and welfare",
            "You signed a paper. It lets them choose about your health and care.";
        LpaPropertyFinance: "Lasting power of attorney for property and financial affairs",
            "You signed a paper. It lets them choose about your money and your home.";
        Deputy: "Deputy appointed by the Court of Protection", "A court lets them choose for you.";
        Appointee: "Appointee for benefits", "They look after your benefits for you.";
        LitigationFriend: "Litigation friend", "They speak for you in court.";
        Other: "Another authority", "The law lets them choose for you in some other way.";
    }
    RepresentativeConflict, "Whether they are on the adult's side in this" {
        None: "Nothing speaks against it", "We think they want what you want.";
        Possible: "Their interests may differ from the adult's", "They may want things that you do not want.";
        Implicated: "Implicated in the concern: their access is suspended",
            "They may be part of what went wrong. They can not see your notes now.";
    }
    MayReceive, "What they may be told" {
        Outcomes: "Desired outcomes", "What you want to happen.";
        Wishes: "Wishes", "What you like and do not like.";
        Meetings: "Meetings", "When we meet.";
        Plan: "The plan", "The plan to keep you safe.";
        NextSteps: "Next steps", "What we will do next.";
        Feedback: "Feedback", "What you thought of our help.";
        Decisions: "Decisions", "What was decided.";
    }
}

//! The field's terms in plain words.

use super::Term;

/// A term, in plain words, in Easy Read.
const TERMS: &[(&str, &str, &str)] = &[
    (
        "Abuse",
        "Harm that one person does to another, whether they mean to or not.",
        "Abuse is when someone hurts you or treats you badly.",
    ),
    (
        "Adult at risk",
        "An adult with needs for care and support who is, or may be, abused or neglected and cannot protect \
         themselves because of those needs.",
        "This is you, if you need care and someone may hurt you.",
    ),
    (
        "Advocate",
        "Someone independent of the council who helps a person understand, say what they want and be heard.",
        "An advocate helps you have your say. They do not work for the council.",
    ),
    (
        "Best interests",
        "What is decided for a person who cannot make a decision, after looking at their wishes, feelings and values.",
        "If you cannot make a choice, others choose what is best for you. They must think about what you like.",
    ),
    (
        "Care Act 2014",
        "The law that says when a council must make enquiries and offer an advocate.",
        "This is the law that says the council must help to keep you safe.",
    ),
    (
        "Care and support needs",
        "Help a person needs with daily life because of illness, disability or age.",
        "This is the help you need each day, like help to wash or shop.",
    ),
    (
        "Carer",
        "A relative or friend who looks after someone without being paid for it.",
        "A carer is someone you know who looks after you.",
    ),
    (
        "Case conference",
        "A meeting at which the adult and the people involved talk about what the enquiry found and what to do.",
        "This is a big meeting. We talk about what we found out. You can come.",
    ),
    (
        "Concern",
        "A worry, passed to the council, that an adult may be abused or neglected.",
        "A concern is when someone is worried about you and tells us.",
    ),
    (
        "Court of Protection",
        "The court that decides for people who cannot make a decision themselves.",
        "This court helps when a person cannot make a big choice.",
    ),
    (
        "Desired outcome",
        "What the adult wants to happen, in their own words. It can be changed at any time.",
        "This is what you want to happen. You can change it when you like.",
    ),
    (
        "Enquiry",
        "What the council does, or asks others to do, to find out what is happening and what should be done.",
        "An enquiry is when we find out what is going on.",
    ),
    (
        "Feedback",
        "What the adult says at the end about how it went, whether they got what they wanted and how safe they feel.",
        "We ask you how it was. You can tell us what we did well and what we did badly.",
    ),
    (
        "IMCA",
        "An independent mental capacity advocate: stands up for someone who cannot make the decision in question.",
        "This is an advocate for people who cannot make a choice on their own.",
    ),
    (
        "Making Safeguarding Personal",
        "Doing safeguarding with people, not to them: it begins and ends with what the person wants.",
        "We work with you. We start with what you want.",
    ),
    (
        "Mental capacity",
        "Being able to make one decision at the time it has to be made. Everybody is presumed to be able to.",
        "This means you can make a choice. We start by thinking that you can.",
    ),
    (
        "Need to know",
        "Information about a person is seen only by those who need it to help.",
        "Only people who need to know about you will be told.",
    ),
    (
        "Neglect",
        "Not giving someone the care they need, such as food, warmth, medicine or company.",
        "Neglect is when no one gives you the food, care or help that you need.",
    ),
    (
        "Person of concern",
        "The person the risk may come from. Nothing has to be proved for somebody to be called this.",
        "This is the person who may have hurt you.",
    ),
    (
        "Referral",
        "The message by which someone tells the council about a concern.",
        "This is how someone tells us that they are worried.",
    ),
    (
        "Representative",
        "Someone the adult has chosen, or the law has named, to speak for them.",
        "This is someone who can speak for you. It may be a friend.",
    ),
    (
        "Review",
        "Looking again, after a while, at whether the plan works and whether the adult wants something else.",
        "After some time we meet again. We ask you if the plan works.",
    ),
    (
        "Risk",
        "The chance that something harmful happens. A person may choose to live with a risk for something they value.",
        "A risk is the chance that something bad will happen. Some risks you may choose to take.",
    ),
    (
        "Safeguarding",
        "Protecting an adult's right to live in safety, free from abuse and neglect.",
        "Safeguarding means that we help you to be safe from harm.",
    ),
    (
        "Safeguarding adults board",
        "The council, the police, the NHS and others, who together see that safeguarding works in their area.",
        "The council, the police and the NHS meet. They check that people are kept safe.",
    ),
    (
        "Safeguarding plan",
        "What was agreed to help the adult be safe: who does what, and by when.",
        "The plan says what we will do to help you stay safe. It says who will do it.",
    ),
    (
        "Section 42 enquiry",
        "An enquiry the council must make because all three parts of section 42 of the Care Act are met.",
        "The law says that we must find out what is going on.",
    ),
    (
        "Strategy meeting",
        "An early meeting or talk between those involved about what to find out, and how to keep the adult safe.",
        "This is a talk to plan what we do first.",
    ),
];

/// The terms, in the order of the alphabet.
pub(super) fn terms() -> Vec<Term> {
    let terms = TERMS.iter().map(|(term, plain, easy_read)| Term {
        term,
        plain,
        easy_read,
    });
    terms.collect()
}

//! What the public reads: the promise, the booklet, and what a phone may show.

use super::{Booklet, BookletSection, Notification, Placeholder, Promise};

/// As it is printed, and in Easy Read.
const PROMISE: [(&str, &str); 8] = [
    ("Listen to you", "We will listen to you."),
    (
        "Understand your views and wishes",
        "We will find out what you think and what you want.",
    ),
    ("Take you seriously", "We will believe that what you say matters."),
    ("Treat you with respect", "We will be kind and polite to you."),
    (
        "Support you to feel as safe as you want",
        "We will help you feel as safe as you want to.",
    ),
    (
        "Support you to make your own decisions",
        "We will help you make your own choices.",
    ),
    (
        "Keep you informed and involved",
        "We will tell you what is going on. You can take part.",
    ),
    (
        "Tell you what will happen next",
        "We will tell you what will happen next.",
    ),
];

const SECTIONS: &[(&str, &[&str])] = &[
    (
        "What is safeguarding?",
        &[
            "Everyone has the right to be safe.",
            "Some adults need care or help in their daily life. This can make it harder to stay safe.",
            "Safeguarding means that we help you to be safe from abuse and neglect. We do it with you. You are in \
             charge of your own life.",
        ],
    ),
    (
        "What is abuse?",
        &[
            "Abuse is when someone hurts you or treats you badly. They may hit you, scare you or touch you when you do \
             not want it. They may take your money.",
            "Neglect is when you do not get the food, care or help that you need.",
            "It can happen at home, in a care home, in hospital or in the street. It may be someone you know. It may \
             be someone who is paid to help you.",
            "Abuse is never your fault.",
        ],
    ),
    (
        "What happens when someone is worried about you?",
        &[
            "A worker will talk to you. You can choose where to meet. You can have someone with you.",
            "We will ask you what you want to happen, and what you do not want. You can tell us the three things that \
             matter most to you. You can change your mind at any time.",
            "We may need to find out more. We may meet with other people, like the police or a nurse. You can come to \
             these meetings. If you do not want to come, someone can speak for you.",
            "We will make a plan with you. Then we will check if the plan works.",
            "At the end we will ask you if you got what you wanted, and how we could do better.",
        ],
    ),
    (
        "What do you want to happen?",
        &[
            "It is up to you what you ask for. Some people say that they want it to stop. Some want to feel safer, or \
             want the person to stay away. Some want the police to act. Some want to make more friends.",
            "You do not have to know now. You can say it in your own words, write it, sign it or draw it.",
        ],
    ),
    (
        "Your rights",
        &[
            "You have the right to be listened to, and to be treated with respect.",
            "You have the right to make your own choices. You may choose things that others think are not wise.",
            "You have the right to know what we write about you, and to ask who has looked at it.",
            "We try to ask you before we tell anyone about you. Sometimes we must tell someone to keep you or others \
             safe. We will tell you why, if it is safe to do so.",
            "If you do not agree with us, you can tell us. You can also make a complaint.",
        ],
    ),
    (
        "Who can help you to speak up?",
        &[
            "You can bring a friend, someone from your family or someone else you trust.",
            "You can have an advocate. An advocate is on your side. They help you to understand and to have your say. \
             They do not work for the council, and you do not have to pay.",
            "Tell us if you need large print, Easy Read, sign language or another language.",
        ],
    ),
    (
        "How to get help",
        &[
            "If you are in danger now, call 999.",
            "To talk to us, call or write to {authorityName}: {authorityContact}.",
            "Your worker is {workerName}: {workerContact}.",
            "If you are worried again, please tell us again. We will not mind.",
        ],
    ),
];

const PLACEHOLDERS: [(&str, &str); 4] = [
    ("authorityName", "Name of the authority."),
    (
        "authorityContact",
        "Where the public reaches the authority about safeguarding: telephone, textphone, email, address.",
    ),
    (
        "workerName",
        "Name of the adult's worker; leave the sentence out where there is none yet.",
    ),
    ("workerContact", "The worker's public contact."),
];

const NOTIFICATIONS: [(&str, &str); 4] = [
    ("new_message", "You have a new message"),
    ("something_new", "There is something new to read"),
    ("reminder", "You have a reminder"),
    ("sign_in_again", "Please sign in again"),
];

/// The eight promises.
pub(super) fn promise() -> Vec<Promise> {
    let promises = PROMISE
        .iter()
        .map(|(text, easy_read)| Promise { text, easy_read });
    promises.collect()
}

/// The booklet.
pub(super) fn booklet() -> Booklet {
    let sections = SECTIONS.iter().map(|(heading, paragraphs)| BookletSection {
        heading,
        paragraphs: paragraphs.to_vec(),
    });
    let placeholders = PLACEHOLDERS
        .iter()
        .map(|(name, meaning)| Placeholder { name, meaning });
    Booklet {
        title: "Keeping safe: what happens, and what you can say",
        sections: sections.collect(),
        placeholders: placeholders.collect(),
    }
}

/// The neutral texts.
pub(super) fn notifications() -> Vec<Notification> {
    let texts = NOTIFICATIONS
        .iter()
        .map(|(code, text)| Notification { code, text });
    texts.collect()
}

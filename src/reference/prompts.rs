//! What to talk about with the adult at each stage. A reminder and a way of asking, never a form.

use super::{ConversationPrompt, StagePrompts};
use crate::casework::meetings::MeetingKind;

/// A reminder to the worker, and a way of asking.
type Row = (&'static str, &'static str);

const HELP: Row = (
    "What help and support is needed to understand the process and express views",
    "What would help you understand and have your say?",
);
const PRIORITIES: Row = (
    "The priorities: they may have changed",
    "Do you still want the same things? You can change your mind.",
);
const NEXT: Row = (
    "The next steps",
    "This is what will happen next. Is that all right?",
);

const FIRST: &[Row] = &[
    ("What is important to the person", "What matters most to you?"),
    (
        "The three things that matter most, in the person's own words",
        "What are the three things you want most? You can use your own words.",
    ),
    (
        "What would help the person feel safer",
        "What would help you feel safer?",
    ),
    (
        "What the person wants to happen as a result",
        "What do you want to happen now?",
    ),
    (
        "What the person does not want to happen",
        "Is there something you do not want us to do?",
    ),
    HELP,
    (
        "Who could support the person: someone they trust, or an advocate",
        "Who would you like to have by your side?",
    ),
    NEXT,
];

const AFTER_STRATEGY: &[Row] = &[
    (
        "What came of the strategy discussion or meeting",
        "We had a talk about you. This is what we said.",
    ),
    PRIORITIES,
    (
        "Where the person would like the meetings to be held",
        "Where would you like to meet?",
    ),
    HELP,
    NEXT,
];

const BEFORE_CONFERENCE: &[Row] = &[
    (
        "A recap of what came of the strategy discussion or meeting",
        "This is what we said last time. Did we get it right?",
    ),
    PRIORITIES,
    (
        "What will happen at the case conference",
        "This is what will happen at the big meeting. What would you like to ask?",
    ),
    (
        "What would help the person to come, or who should speak for them",
        "Would you like to come? If not, who should speak for you?",
    ),
    HELP,
];

const AFTER_CONFERENCE: &[Row] = &[
    (
        "Whether the person is all right after the meeting",
        "Are you okay?",
    ),
    (
        "The next meeting, if it is known",
        "This is when we will meet again.",
    ),
    (
        "Whether more help and support is needed to understand and express views",
        "Do you need more help to understand or to have your say?",
    ),
    NEXT,
];

const BEFORE_REVIEW: &[Row] = &[
    (
        "What will happen at the review, and what came of the last meeting",
        "We will meet to see if things are better. What would you like to ask?",
    ),
    (
        "What would help the person to come",
        "Would you like to come? What would make it easy for you?",
    ),
    HELP,
];

const AT_REVIEW: &[Row] = &[
    ("Whether the plan works", "Has the plan helped you?"),
    PRIORITIES,
    (
        "Whether the person feels as safe as they want to",
        "Do you feel as safe as you want to?",
    ),
    NEXT,
];

const AT_END: &[Row] = &[
    (
        "How far each outcome was met, and why",
        "Did you get what you wanted? If not, why do you think that is?",
    ),
    (
        "The six feedback questions",
        "May we ask you six short questions about how it was?",
    ),
    ("How we could have done better", "What could we have done better?"),
    (
        "Whether the person agrees that it ends here",
        "Are you happy for us to stop now?",
    ),
    (
        "How to get help again, and from whom",
        "This is who to call if you are worried again.",
    ),
];

/// The stages, in their usual order.
pub(super) fn stages() -> Vec<StagePrompts> {
    vec![
        stage(MeetingKind::FirstConversation, &[], FIRST, &[]),
        stage(MeetingKind::StrategyDiscussion, &[], &[], AFTER_STRATEGY),
        stage(MeetingKind::StrategyMeeting, &[], &[], AFTER_STRATEGY),
        stage(
            MeetingKind::CaseConference,
            BEFORE_CONFERENCE,
            &[],
            AFTER_CONFERENCE,
        ),
        stage(MeetingKind::Review, BEFORE_REVIEW, AT_REVIEW, &[]),
        stage(MeetingKind::EndOfProcess, &[], AT_END, &[]),
    ]
}

fn stage(stage: MeetingKind, before: &[Row], during: &[Row], after: &[Row]) -> StagePrompts {
    let prompts = |rows: &[Row]| {
        let prompts = rows
            .iter()
            .map(|(plain, easy_read)| ConversationPrompt { plain, easy_read });
        prompts.collect()
    };
    StagePrompts {
        stage,
        before: prompts(before),
        during: prompts(during),
        after: prompts(after),
    }
}

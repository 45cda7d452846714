//! Words about the conversations before and after a meeting.

use crate::casework::meetings::discussions::{DiscussionSide, Prompt};

words! {
    DiscussionSide, "When a conversation about a meeting was" {
        Before: "Before the meeting", "Before we meet.";
        After: "After the meeting", "After we meet.";
    }
    Prompt, "What there is to talk about" {
        Important: "What is important", "What matters to you?";
        Priorities: "The top three priorities", "What matters most to you?";
        FeelSafer: "What would help to feel safer", "What would make you feel safer?";
        Want: "What the adult wants", "What do you want?";
        DoNotWant: "What the adult does not want", "What do you not want?";
        HelpToUnderstand: "What helps to understand and to say what one thinks", "What helps you to understand?";
        Recap: "What has happened so far", "What has been done so far.";
        WhatWillHappen: "What will happen", "What is going to happen.";
        OutcomeOfMeeting: "What came of the meeting", "What we agreed when we met.";
        AreTheyOk: "Whether the adult is all right", "Are you all right?";
        WhereToMeet: "Where to meet", "Where would you like to meet?";
        NextMeeting: "The next meeting", "When we meet again.";
        HelpNeeded: "What help is needed", "What help do you need?";
        NextSteps: "What happens next", "What happens next.";
    }
}

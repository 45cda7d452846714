//! Words about help to decide, to speak up and to take part.

use crate::casework::advocacy::model::{
    AdvocacyBasis, AdvocateCovers, AssignmentKind, AssignmentState, Difficulty, NeedConclusion,
    RepresentationKind,
};
use crate::casework::capacity::assessments::{Able, CapacityConclusion};
use crate::casework::cases::closing::{CapacityAnswer, SupportedBy};
use crate::casework::meetings::participation::{Attendance, Voice};
use crate::casework::meetings::{MeetingKind, MeetingMode};
use crate::facts::YesNoNotKnown;

words! {
    CapacityAnswer, "Whether the adult could decide about this" {
        LackedCapacity: "Could not make the decision", "You could not make this choice by yourself.",
            national "Yes, they lacked capacity";
        DidNotLackCapacity: "Could make the decision", "You could make this choice by yourself.",
            national "No, they did not lack capacity";
        NotKnown: "Not known", "We do not know if you could choose.", national "Don't know";
        NotRecorded: "Not written down", "Nobody wrote down if you could choose.", national "Not recorded";
        NotApplicable: "Does not apply: there is no identified adult", "This is not about one person.";
    }
    CapacityConclusion, "What the assessment found" {
        HasCapacity: "Can make this decision", "You can make this choice.";
        LacksCapacity: "Cannot make this decision at this time", "You cannot make this choice right now.";
        NotCompleted: "Not finished", "We are not done yet.";
    }
    Able, "Whether the adult can" {
        Able: "Can", "You can do this.";
        NotAble: "Cannot", "You cannot do this right now.";
    }
    Difficulty, "What is very hard for the adult" {
        Understanding: "Understanding what matters for the decision", "It is hard for you to understand.";
        Retaining: "Remembering it for long enough", "It is hard for you to remember.";
        UsingOrWeighing: "Thinking it through", "It is hard for you to think it through.";
        Communicating: "Saying what they think, wish or feel", "It is hard for you to tell people what you think.";
    }
    NeedConclusion, "Whether an advocate is needed" {
        Duty: "The authority must find one", "We must find you an advocate.";
        Power: "The authority may find one", "We can find you an advocate.";
        NotNeeded: "Not needed", "You do not need an advocate.";
    }
    YesNoNotKnown, "Whether it is so" {
        Yes: "Yes", "Yes.";
        No: "No", "No.";
        NotKnown: "Not known", "We do not know.";
    }
    AssignmentKind, "Kind of advocate" {
        CareActS68: "Independent advocate under the Care Act (section 68)", "This person helps you have your say. The law gives you this.";
        ImcaSafeguarding: "IMCA in safeguarding: for people who cannot decide about being kept safe",
            "This person speaks for you when you cannot choose how to stay safe.";
        ImcaGeneral: "IMCA in other matters", "This person speaks for you when you cannot make a big choice.";
        Imha: "Independent mental health advocate", "This person helps you when you are in a mental health hospital.";
        NonStatutory: "Advocate without a duty in law", "This person helps you have your say.";
    }
    AdvocateCovers, "What an advocate does for the adult" {
        Conversations: "Meets the adult alone", "They talk with you on your own.";
        Meetings: "Comes to meetings", "They come to meetings with you.";
        Records: "Reads records", "They can read what is written about you.";
        Decisions: "Takes part in decisions about home and treatment", "They help when it is about your home or your health.";
    }
    RepresentationKind, "What an advocate put forward" {
        Representation: "Put forward for the adult", "Your advocate spoke up for you.";
        Report: "Report", "Your advocate wrote a report.";
    }
    AdvocacyBasis, "Why there is an advocate" {
        Duty: "The law says there must be one", "The law says you must have one.";
        Power: "The authority chose to arrange one", "We thought it would help you.";
    }
    AssignmentState, "Where finding an advocate stands" {
        Requested: "Asked", "We have asked an advocate to help you.";
        Accepted: "Accepted", "The advocate said yes.";
        Active: "At work", "The advocate has met you and is helping you.";
        Declined: "Declined", "The advocate said no.";
        Ended: "Ended", "The advocate has stopped helping you.";
        Unavailable: "Not available", "The advocate is not free to help.";
    }
    SupportedBy, "Who supported the adult" {
        Advocate: "An advocate", "An advocate helped you.";
        Family: "Family", "Your family helped you.";
        Friend: "A friend", "A friend helped you.";
        None: "Nobody", "Nobody helped you.";
    }
    MeetingKind, "Kind of meeting" {
        FirstConversation: "First conversation", "The first talk with you.";
        StrategyDiscussion: "Strategy discussion", "A talk to plan what to do first.";
        StrategyMeeting: "Strategy meeting", "A meeting to plan what to do first.";
        FamilyGroupMeeting: "Family group meeting", "A meeting with your family.";
        CaseConference: "Case conference", "A big meeting to talk about what we found out.";
        Review: "Review", "A meeting to see if things are better.";
        EndOfProcess: "Meeting at the end", "The last meeting, to hear how it was for you.";
        Other: "Another meeting", "Some other meeting.";
    }
    MeetingMode, "How people meet" {
        InPerson: "In one place", "We all meet in one place.";
        Telephone: "By telephone", "We talk on the phone.";
        Video: "By video", "We talk on a video call.";
        Mixed: "Some in one place, some not", "Some people are in the room. Some are on a call.";
    }
    Attendance, "Whether the adult was there" {
        AttendedAll: "All the time", "You were there all the time.";
        AttendedPart: "Part of the time", "You were there for some of it.";
        Remote: "By telephone or video", "You joined on a call.";
        Declined: "Invited, and chose not to come", "You did not want to come.";
        NotInvited: "Not invited", "We did not ask you to come.";
        Unable: "Could not come", "You could not come.";
    }
    Voice, "Who put the adult's views forward" {
        Adult: "The adult, beforehand", "You told us before the meeting.";
        Advocate: "An advocate", "Your advocate spoke for you.";
        Representative: "A representative", "The person you chose spoke for you.";
        Practitioner: "The practitioner", "Your worker spoke for you.";
        Nobody: "Nobody", "Nobody spoke for you.";
    }
}

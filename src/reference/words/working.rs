//! Words about working with the adult: meetings, plans, what was offered, and enquiries that others make.

use crate::casework::cases::caused::CausedStatus;
use crate::casework::meetings::MeetingStatus;
use crate::casework::meetings::checklist::MeetingItem;
use crate::casework::meetings::transitions::MeetingStep;
use crate::casework::plans::model::PlanStatus;
use crate::casework::plans::{PlanAnswer, PlanStep};
use crate::casework::responses::{AdultChoice, EffectCode, ResponseOption};

words! {
    MeetingStatus, "Whether it has taken place" {
        Planned: "Planned", "We plan to meet.";
        Held: "Held", "We have met.";
        Cancelled: "Cancelled", "We will not meet.";
    }
    MeetingStep, "What becomes of a planned meeting" {
        Cancelled: "It will not take place", "We will not meet.";
        Planned: "It will take place at another time", "We will meet at some other time.";
    }
    MeetingItem, "What is looked at around a meeting" {
        FaceToFace: "A conversation face to face", "We talked with you face to face.";
        CapacityConsidered: "Capacity was considered, and assessed if appropriate",
            "We thought about what you can decide for yourself.";
        BookletGiven: "The booklet with contact details was given", "We gave you the booklet. It says who to call.";
        ProcessExplained: "The process was explained without jargon", "We told you in plain words what will happen.";
        SupportPersonIdentified: "A suitable person to support the adult was identified",
            "We found someone to help you speak up.";
        FamilyGroupMeetingConsidered: "A family group meeting was considered",
            "We thought about asking your family to meet with you.";
        ConversationRecorded: "The conversation was recorded, with capacity and wishes",
            "We wrote down what you said and what you want.";
        ConcernRecorded: "The concern was recorded", "We wrote down what the worry is.";
        RecordsFactual: "Records are factual", "We wrote down what is true, not what we guess.";
        ViewsPresented: "The adult's views were presented, and actions reflect the desired outcomes",
            "We told the meeting what you think. We plan to do what you want.";
        FeedbackAfterwards: "The adult heard as soon as possible afterwards",
            "We told you soon after the meeting what was said.";
        DetailsRecorded: "Details were recorded", "We wrote down what was said at the meeting.";
        InvitedAndKnowsWhatToExpect: "The adult was invited and knows what to expect",
            "We asked you to come. You know what it will be like.";
        SupportToAttendOffered: "The adult was offered support to attend", "We asked if you need help to come.";
        ViewsPutForwardIfAbsent: "The adult's views were put forward in their absence",
            "You were not there. Someone said for you what you think.";
        ConversationsRecorded: "The conversations before and after were recorded",
            "We wrote down our talks before and after the meeting.";
        ResponsibilitiesRecorded: "Outcomes and responsibilities were recorded",
            "We wrote down who will do what.";
        ChangesToWishesRecorded: "Changes to wishes were recorded", "We wrote down what you want now, if it changed.";
        HelpDiscussed: "What help is needed was talked about", "We talked about the help you need.";
        NextDiscussed: "What happens next was talked about", "We talked about what happens next.";
    }
    PlanStatus, "Where a plan stands" {
        Draft: "Being made", "We are making this plan with you.";
        Active: "In force", "This is the plan now.";
        Ended: "No longer in force", "This plan has come to an end.";
    }
    PlanStep, "What becomes of a plan" {
        Active: "It comes into force", "This plan starts.";
        Ended: "It ends", "This plan ends.";
    }
    PlanAnswer, "The adult's answer to a plan" {
        Yes: "Agrees", "I agree.";
        No: "Does not agree", "I do not agree.";
        Partly: "Agrees in part", "I agree with some of it.";
    }
    ResponseOption, "What can be offered" {
        FamilyGroupConference: "Family group conference", "Your family meets and makes a plan with you.";
        Mediation: "Mediation", "Someone who takes no side helps you both to talk.";
        RestorativeJustice: "Restorative justice", "The person who hurt you hears from you. They try to put it right.";
        CirclesOfSupport: "Circles of support", "A group of people you trust stand by you.";
        Advocacy: "Advocacy", "Someone helps you to speak up.";
        Imca: "An independent mental capacity advocate",
            "You can not decide this. Someone speaks up for what you would want.";
        AchievingBestEvidence: "Achieving best evidence", "The police film what you say, so you say it once.";
        PeerSupport: "Peer support", "You meet people who have been through the same.";
        Counselling: "Counselling", "You talk with someone who is trained to listen.";
        DomesticAbuseSupport: "Support for those who suffer domestic abuse",
            "You get help if someone at home hurts you.";
        AssertivenessTraining: "Assertiveness training", "You learn how to say no.";
        Other: "Something else", "Some other kind of help.";
    }
    AdultChoice, "What the adult chose" {
        Accepted: "Wants it", "You want this.";
        Declined: "Does not want it", "You do not want this.";
        Undecided: "Has not decided", "You are not sure yet.";
    }
    EffectCode, "What it did" {
        Helped: "It helped", "It helped.";
        NoChange: "Nothing changed", "It made no change.";
        MadeWorse: "It made things worse", "It made things worse.";
        NotKnown: "Not known", "We do not know yet.";
    }
    CausedStatus, "Where an enquiry that another agency makes stands" {
        Requested: "The agency was asked", "We asked others to look into it.";
        Accepted: "The agency will enquire", "They said they will look into it.";
        Declined: "The agency will not enquire", "They said they will not look into it.";
        Reported: "The agency has reported", "They told us what they found.";
        Satisfied: "The report is enough", "We think they did it well.";
        NotSatisfied: "The report is not enough", "We think they need to do more.";
    }
}

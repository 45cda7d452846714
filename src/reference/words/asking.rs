//! Words about what the adult wants: asking, changing, and how far it was achieved.

use crate::casework::contacts::model::AskedResult;
use crate::casework::outcomes::model::{
    Achieved, AdultAgrees, AskedAnswer, ChangeKind, ChangeReason, CommunicatedBy, ComparedWith, ConfirmedBy,
    ExpressedBy, NotJudgedBecause, OutcomeStatus, Party, RevisionStanding, Suggestion,
};
use crate::casework::wishes::WishKind;

words! {
    Suggestion, "What people often want" {
        StopSafer: "I want the abuse to stop and to feel safer", "I want it to stop. I want to feel safe.";
        ProtectSelf: "I want to help protect myself in future", "I want to learn how to keep myself safe.";
        Confident: "I want help to feel more confident", "I want help to feel more sure of myself.";
        AbuserAway: "I want the abuser to stay away from me", "I want the person who hurt me to stay away.";
        Involved: "I want to be involved in what happens next", "I want to have a say in what happens next.";
        PeopleDoWhatTheySay: "I want people involved in my case to do what they say they will",
            "I want people to do what they say they will do.";
        Prosecute: "I want the police to prosecute", "I want the police to take the person to court.";
        AccessSupport: "I want to access any support available to me", "I want to get all the help there is.";
        Friends: "I want to make more friends", "I want to make more friends.";
    }
    WishKind, "What a wish is about" {
        ImportantToMe: "What is important to me", "What matters to me.";
        FeelSafer: "What would help me feel safer", "What would make me feel safer.";
        Want: "What I want", "What I want.";
        DoNotWant: "What I do not want", "What I do not want.";
        HelpToUnderstand: "What helps me understand and say what I think", "What helps me understand and speak up.";
        MeetingPlace: "Where I want to meet", "Where I want to meet.";
        WhoToInvolve: "Who should be involved", "Who I want to help me.";
        WhoNotToInvolve: "Who should not be involved", "Who I do not want to take part.";
        AboutMe: "About me", "Who I am.";
        MyStrengths: "What I am good at", "What I am good at.";
        KeepsMeSafe: "Who and what keeps me safe", "Who keeps me safe. What keeps me safe.";
        HowToWorkWithMe: "How to work with me", "How I like people to work with me.";
        HowIFeel: "How I feel", "How I feel.";
    }
    ExpressedBy, "Whose wish it is" {
        Adult: "The adult's own", "You said it.";
        Representative: "A representative's", "The person who speaks for you said it.";
        Advocate: "An advocate's, on the adult's behalf", "Your advocate said it for you.";
        BestInterests: "Decided in the adult's best interests", "You could not decide this. We chose what is best for you.";
    }
    CommunicatedBy, "How it was said" {
        Speech: "By speaking", "You said it out loud.";
        Writing: "In writing", "You wrote it down.";
        Sign: "In sign language", "You used sign language.";
        Symbols: "With pictures or symbols", "You used pictures.";
        Behaviour: "By what the adult did", "You showed us by what you did.";
        ThroughAdvocate: "Through an advocate", "Your advocate told us for you.";
        Other: "In another way", "You told us in some other way.";
    }
    OutcomeStatus, "Whether it is still wanted" {
        Current: "Still wanted", "You still want this.";
        Withdrawn: "No longer wanted", "You do not want this any more.";
        Superseded: "Replaced by another wish", "You want something else in its place.";
    }
    ChangeKind, "What changed" {
        Initial: "The first words", "What you said first.";
        Reworded: "The same in other words", "You said the same thing in new words.";
        PriorityChanged: "How important it is", "It is now more or less important to you.";
        Widened: "More is wanted", "You want more now.";
        Narrowed: "Less is wanted", "You want less now.";
        Replaced: "Something else is wanted instead", "You want something else now.";
        Withdrawn: "It is no longer wanted", "You do not want this any more.";
        Reinstated: "It is wanted again", "You want this again.";
    }
    ChangeReason, "Why it changed" {
        AdultChangedMind: "The adult changed their mind", "You changed your mind.";
        NewInformation: "There was something new to know", "You found out something new.";
        CircumstancesChanged: "Things have changed", "Things have changed for you.";
        Negotiated: "It was talked through and agreed", "We talked about it and agreed.";
        UnrealisticOrUnlawfulDiscussed: "It was explained that it cannot be done, or not within the law",
            "We told you why it cannot be done. We talked about what else could help.";
        Clarified: "It is clearer now what was meant", "We know better now what you meant.";
        Other: "For another reason", "There was some other reason.";
    }
    Party, "Who began or judged it" {
        Adult: "The adult", "You.";
        Representative: "A representative", "The person who speaks for you.";
        Advocate: "An advocate", "Your advocate.";
        Practitioner: "The practitioner", "Your worker.";
    }
    AdultAgrees, "Whether the adult agrees" {
        Yes: "Agrees", "You agree.";
        No: "Does not agree", "You do not agree.";
        NotKnown: "Not known", "We do not know yet.";
        BestInterests: "Covered by a best-interests decision", "You could not decide this. We chose what is best for you.";
    }
    ConfirmedBy, "Who confirmed that the adult agrees" {
        AdultApp: "The adult, in their own app", "You said so in your app.";
        Advocate: "The advocate", "Your advocate said so.";
        Representative: "The representative", "The person who speaks for you said so.";
        None: "Nobody", "Nobody has said so yet.";
    }
    RevisionStanding, "Whether a change counts yet" {
        InForce: "It counts", "This is what counts now.";
        Proposed: "It waits until the adult agrees", "This waits until you say yes.";
    }
    AskedAnswer, "Whether the adult was asked what they want" {
        AskedAndExpressed: "Asked, and said what they want", "We asked you what you want. You told us.",
            national "Yes they were asked and outcomes were expressed";
        AskedNoneExpressed: "Asked, and named nothing", "We asked you what you want. You did not ask for anything.",
            national "Yes they were asked but no outcomes were expressed";
        NotAsked: "Not asked", "We did not ask you what you want.", national "No";
        NotKnown: "Not known", "We do not know if you were asked.", national "Don't Know";
        NotRecorded: "Not written down", "Nobody wrote down if you were asked.", national "Not Recorded";
        NotApplicable: "Does not apply: there is no identified adult", "This is not about one person.";
    }
    AskedResult, "What came of asking" {
        Expressed: "Said what they want", "You told us what you want.";
        NoneExpressed: "Named nothing", "You did not ask for anything.";
        Unchanged: "As before", "You want the same as before.";
        Changed: "Something else than before", "You want something new.";
        Declined: "Did not want to say", "You did not want to say.";
        NotAsked: "Not asked", "We did not ask you.";
    }
    Achieved, "How far it was achieved" {
        Fully: "Wholly", "You got what you wanted.", national "Fully Achieved";
        Partially: "In part", "You got some of what you wanted.", national "Partially Achieved";
        Not: "Not at all", "You did not get what you wanted.", national "Not Achieved";
        NotJudged: "Nobody could or would say", "Nobody could say yet.";
    }
    NotJudgedBecause, "Why nobody said how far" {
        AdultDeclined: "The adult did not want to", "You did not want to say.";
        CouldNotBeAsked: "The adult could not be asked", "We could not ask you.";
        Died: "The adult died", "The person died.";
        TooEarly: "It is too early", "It is too soon to say.";
        Other: "For another reason", "There was some other reason.";
    }
    ComparedWith, "Which words it was compared with" {
        Latest: "The latest", "What you said last.";
        First: "The first", "What you said first.";
    }
}

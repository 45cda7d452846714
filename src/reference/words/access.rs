//! Words about who may see a case, and what the adult asks for.

use crate::casework::access::conflicts::ConflictKind;
use crate::casework::access::emergency::{EmergencyReason, ReviewOutcome};
use crate::casework::access::grants::GrantRelationship;
use crate::casework::requests::RequestKind;
use crate::notices::NoticeKind;
use crate::people::approvals::routes::ApprovalAnswer;
use crate::people::approvals::{ApprovalKind, ApprovalState};
use crate::policy::Part;

words! {
    GrantRelationship, "As what somebody is named on a case" {
        Adviser: "A member of staff who advises", "A worker who gives advice.";
        Partner: "A partner agency", "Another team that helps.";
    }
    ConflictKind, "Why somebody must not see a case" {
        IsPersonOfConcern: "Is the person of concern", "This may be the person who hurt you.";
        WorksFor: "Works for or with the person of concern", "They work with that person.";
        Related: "Is related to the person of concern", "They are family of that person.";
        Other: "Another conflict", "There is another reason.";
    }
    EmergencyReason, "Why emergency access was needed" {
        ImmediateDanger: "Somebody is in danger now", "Someone is in danger now.";
        OutOfHours: "Out of hours", "It was at night or at the weekend.";
        WorkerUnavailable: "Who works on the case cannot be reached", "We could not reach your worker.";
        Other: "Another reason", "There was another reason.";
    }
    ReviewOutcome, "What the review of emergency access found" {
        Justified: "It was right", "It was right to look.";
        NotJustified: "It was not right", "It was wrong to look.";
        NeedsAction: "Something must be done", "We have to do something about it.";
    }
    NoticeKind, "What a notice is about" {
        EmergencyAccessUsed: "Emergency access was used", "Someone looked in an emergency.";
        AdultIsNotSafe: "An adult says they are not safe now", "Someone is not safe now.";
        RequestFromAdult: "An adult asks for something", "Someone asks for something.";
        ConflictRecorded: "A conflict keeps somebody away from a case", "Someone must not see this.";
        CaseRestricted: "A case was restricted, or opened again", "Only some people may see this now.";
        AppPaused: "An app was paused", "An app was stopped for now.";
        AppNotSafe: "An app was found not to be safe", "An app is not safe.";
        AdvocateEnded: "An advocate's assignment was ended", "An advocate has stopped.";
        AdultsMerged: "Two records were merged, or parted again", "Two records are now one, or two again.";
        AdultDied: "A death was recorded", "Someone has died.";
        OtherAuthority: "It went to another authority", "Another council does this now.";
        InvitationReplaced: "A second invitation ended the one before", "There is a new code.";
        LoginLinked: "An account was linked", "Someone can sign in now.";
        IntakeRefused: "A referral was refused", "We could not take a message.";
        NobodyLeftToAct: "Nobody is left who can act", "No one can do this now.";
        RolesChanged: "Roles were given or taken", "Someone's job here has changed.";
        AccountDisabled: "An account was disabled or enabled", "Someone can or cannot sign in now.";
        PasswordCodeMade: "A code for a password was made", "Someone gets a new password.";
        AuthenticatorReset: "An authenticator was taken away", "Someone signs in another way now.";
        ClientStopped: "A program or its key was stopped", "A program may not send any more.";
        AgreementChanged: "An agreement with an agency was changed", "What we agreed with others has changed.";
        ApprovalAsked: "Something waits for a second person", "A second person has to say yes.";
        ApprovalDecided: "A second person decided", "A second person said yes or no.";
        SecondPersonChanged: "The rule of the second person was changed", "How we check has changed.";
        EscalationChanged: "To whom goes what nobody else is left for was changed", "Who steps in has changed.";
        DutyTeamChanged: "A duty team was changed", "The people on duty have changed.";
    }
    ApprovalKind, "What a second person decides on" {
        AccountRights: "Roles or agency of an account, or that it may be used again", "What someone may do here.";
        PasswordCode: "A code for a password", "A code for a new password.";
        AuthenticatorReset: "Taking an authenticator away", "Someone lost their phone.";
        ClientRights: "What a program may do", "What a program may do here.";
        ClientSecret: "A new secret of a program", "A new key for a program.";
        Team: "Who is in a team", "Who is in a team.";
        Escalation: "To whom goes what nobody else is left for", "Who steps in when no one else can.";
        SecondPerson: "That no second person decides any more", "If a second person checks.";
    }
    ApprovalState, "Where an approval stands" {
        Waiting: "Waits for a second person", "A second person has to say yes.";
        Approved: "Approved", "The second person said yes.";
        Refused: "Refused", "The second person said no.";
        Collected: "Fetched", "It was taken.";
        Void: "Void after fourteen days", "It is too late now.";
    }
    ApprovalAnswer, "What the second person says" {
        Approve: "Yes", "Yes.";
        Refuse: "No", "No.";
    }
    RequestKind, "What the adult asks for" {
        CallMe: "To be rung", "Please ring me.";
        Advocate: "An advocate", "I want someone to help me speak up.";
        Supporter: "A supporter", "I want someone to be with me.";
        MeetingPlace: "Another place to meet", "I want to meet in another place.";
        ChangeOrStop: "That something changes or stops", "I want this to change or stop.";
        SomethingIsWrong: "That something written is put right", "Something you wrote is wrong.";
        NotSafeNow: "Help: not safe now", "I am not safe now.";
    }
    Part, "Parts of a case" {
        Outcomes: "Desired outcomes", "What you want to happen.";
        Wishes: "Wishes", "What you like and do not like.";
        Meetings: "Meetings", "When we meet.";
        Plan: "Plans and actions", "The plan to keep you safe.";
        NextSteps: "Next steps", "What happens next.";
        Feedback: "Feedback", "What you think of our help.";
        Decisions: "Decisions", "What was decided.";
        Capacity: "Capacity and best interests", "If you can make a choice.";
        PersonsOfConcern: "Persons of concern", "Who may have hurt you.";
    }
}

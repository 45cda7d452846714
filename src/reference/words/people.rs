//! Words about people and agencies, and about what the adult thought of it all.

use crate::casework::access::app_access::{AppDecision, AppPerson};
use crate::casework::access::invitations::HandedOver;
use crate::casework::cases::access::AppView;
use crate::casework::feedback::{AnswerCode, AskedBy, FeedbackStatus, Question, Respondent};
use crate::casework::questionnaires::model::QuestionnaireStatus;
use crate::people::agencies::AgencyType;
use crate::policy::{Role, TeamKind};

words! {
    AgencyType, "Kind of organisation or person" {
        Police: "Police", "The police.";
        NhsAcute: "General hospital (acute NHS trust)", "A big hospital.";
        NhsMentalHealth: "Mental health NHS trust", "A team that helps with mental health.";
        NhsCommunity: "Community NHS trust", "NHS nurses who visit people at home.";
        Ambulance: "Ambulance service", "The 999 crew who come when you are ill.";
        Gp: "General practice", "Your doctor.";
        CareHome: "Care home", "A care home.";
        HomeCare: "Home care", "People who come to your home to care for you.";
        Housing: "Housing", "The people who rent you your home.";
        Fire: "Fire and rescue", "The fire service.";
        Dwp: "Department for Work and Pensions", "The people who pay your benefits.";
        Cqc: "Care Quality Commission", "The people who check care homes and hospitals.";
        Probation: "Probation", "People who work with those who broke the law.";
        Voluntary: "Voluntary organisation", "A charity.";
        Advocacy: "Advocacy provider", "A group who help you speak up.";
        LocalAuthority: "Local authority", "The council.";
        Family: "Family", "Your family.";
        SelfReferral: "The adult", "You told us.";
        Public: "A member of the public", "Someone who lives near you, or who saw something.";
        Other: "Anyone else", "Someone else.";
    }
    Role, "What somebody may do here" {
        Admin: "Keeps accounts and settings; sees no case", "This person looks after the computer. They cannot read about you.";
        Manager: "Decides, concludes and closes", "This person is in charge of your worker.";
        Practitioner: "Does the casework", "This is your worker.";
        DelegatedPractitioner: "Does the casework, and decides on referrals and enquiries", "This is a worker who can also decide what to do first.";
        Advocate: "Speaks up for the adult", "This person helps you have your say.";
        Adult: "The adult at risk", "This is you.";
        Representative: "Represents or supports the adult", "This person speaks for you or helps you.";
        Board: "Member of the safeguarding adults board", "This person checks that all the teams work well.";
        Analyst: "Works with figures", "This person counts things. They do not know who you are.";
        Auditor: "Checks who looked at what", "This person checks who has looked at your notes.";
    }
    TeamKind, "What a team is for" {
        Duty: "Covers every open case of its authority", "This team helps when your worker is away.";
        Triage: "Looks at new referrals", "This team reads what people tell us first.";
        Casework: "Is allocated cases", "This team works with you.";
        ProfessionalStandards: "Advises on cases it is named on", "This team gives advice to your worker.";
    }
    Respondent, "Who answers" {
        Adult: "The adult", "You.";
        Representative: "A representative", "The person who speaks for you.";
        Advocate: "An advocate", "Your advocate.";
        Carer: "A carer", "Your carer.";
    }
    AskedBy, "Who asked" {
        LeadWorker: "The worker who led the enquiry", "Your worker.";
        IndependentPerson: "Someone independent", "Someone who was not part of it.";
    }
    Question, "The six questions" {
        GotOutcomes: "Have you got the outcomes you wanted?", "Did you get what you wanted to happen?";
        ChanceToSay: "Did we give you chance to say what you wanted to happen?", "Did we let you say what you wanted?";
        ListenedTo: "Did you feel that you were listened to?", "Did we listen to you?";
        ActedOnWishes: "Did we act on your wishes and views?", "Did we do what you asked for?";
        FeelSafe: "Do you feel as safe as you want to feel?", "Do you feel as safe as you want to?";
        FeelHappier: "Do you feel happier as a result of the support about your concerns?", "Did our help make you feel happier?";
    }
    AnswerCode, "An answer" {
        Yes: "Yes", "Yes.";
        Partly: "Partly", "A bit.";
        No: "No", "No.";
        Declined: "Did not want to say", "I do not want to say.";
        NotAsked: "Was not asked", "Nobody asked me.";
    }
    FeedbackStatus, "What came of asking for feedback" {
        Offered: "Offered, no answers yet", "We asked you how it was. You have not told us yet.";
        Completed: "Every question was answered", "You told us how it was.";
        Partial: "Some questions were answered", "You told us some of it.";
        Declined: "Did not want to", "You did not want to say.";
        NotOffered: "Not offered", "We did not ask you how it was.";
    }
    QuestionnaireStatus, "Whether a questionnaire is in use" {
        Active: "In use", "We ask these questions now.";
        Retired: "Not used any more", "We do not ask these questions any more.";
    }
    AppPerson, "Whose app" {
        Adult: "The adult's", "Your app.";
        Representative: "A representative's", "The app of the person who speaks for you.";
        Supporter: "A supporter's", "The app of the person who helps you.";
        Advocate: "An advocate's", "The app of your advocate.";
    }
    AppDecision, "Whether somebody may use an app" {
        Allow: "May use it", "You can use the app.";
        Limited: "May use it with less to see", "You can use the app. It shows less.";
        NotSafe: "It is not safe", "It is not safe to use the app.";
        Paused: "Paused", "The app is off for now.";
    }
    AppView, "What an app shows" {
        Full: "Everything that is theirs", "It shows all that is yours.";
        NextStepsOnly: "What happens next only", "It shows only what will happen next.";
    }
    HandedOver, "How a code is handed over" {
        InPerson: "In person", "We give it to you when we meet.";
        SafeContact: "By a safe contact", "We send it in a way that is safe.";
    }
}

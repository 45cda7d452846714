//! Words about a case and what is recorded on it.

use crate::casework::actions::ActionStatus;
use crate::casework::cases::closing::{ClosureItem, ItemState, Offered};
use crate::casework::cases::model::{Agreement, CaseState, Disposition, EnquiryType, Gap, YesNoUnknown};
use crate::casework::contacts::model::{Basis, ContactKind};
use crate::casework::informed::{Audience, Topic};
use crate::casework::links::{LinkKind, LinkStatus};
use crate::casework::referrals::model::{AgreesToShare, Status, TriageDecision};
use crate::casework::sharing_decisions::{AdultTold, Initiative, LawfulBasis, SharingOutcome};

words! {
    CaseState, "Where a case stands" {
        Concern: "There is a concern; we are finding out more", "Someone is worried about you. We are finding out more.";
        Enquiry: "An enquiry is open", "We are looking into what happened.";
        Plan: "There is a safeguarding plan", "There is a plan to help keep you safe.";
        Concluded: "The enquiry is finished", "We have found out what we need to know.";
        Closed: "Closed", "We have finished.";
        ClosedNoEnquiry: "Closed without an enquiry", "We did not need to look into it more.";
    }
    EnquiryType, "Kind of enquiry" {
        Section42: "Enquiry under section 42 of the Care Act", "The law says we must look into this.";
        Other: "Another enquiry", "We chose to look into this to help you.";
    }
    YesNoUnknown, "Whether it is so" {
        Yes: "Yes", "Yes.";
        No: "No", "No.";
        Unknown: "Not known", "We do not know.";
    }
    Agreement, "Whether the adult agrees" {
        Yes: "Agrees", "You agree.";
        No: "Does not agree", "You do not agree.";
        Partly: "Agrees in part", "You agree with some of it.";
        BestInterests: "Decided in the adult's best interests", "You could not decide this. We chose what is best for you.";
        NotKnown: "Not known", "We do not know yet.";
    }
    AgreesToShare, "Whether the adult agrees that this is passed on" {
        Yes: "Agrees", "You said we can tell others.";
        No: "Does not agree; a reason is given", "You said no. We had to tell someone, and we say why.";
        NotKnown: "Not known", "We do not know what you want.";
        LacksCapacityForThisDecision: "Cannot make this decision", "You could not make this choice.";
    }
    Disposition, "How a concern ended without an enquiry" {
        InformationAdvice: "Information and advice", "We told you where to get help.";
        CareNeedsAssessment: "Assessment of care needs", "We will ask what help you need each day.";
        CarePlanReview: "Review of the care plan", "We will look at your care plan again.";
        CarerAssessment: "Carer's assessment", "We will ask what help your carer needs.";
        Police: "Passed to the police", "The police will look into it.";
        DomesticAbuseService: "Passed to a domestic abuse service", "A team who help people hurt at home will help you.";
        ProviderQuality: "Raised with those who check the service", "We asked the care service to do better.";
        Complaint: "Handled as a complaint", "It will be dealt with as a complaint.";
        NhsIncident: "Looked into by the NHS", "The NHS will look into it.";
        OtherAuthority: "Passed to another authority", "Another council will help you.";
        NoFurtherAction: "Nothing more to do", "There was nothing more to do.";
    }
    Gap, "What is still owed to the adult" {
        AdultNotAsked: "Nobody has written down what the adult wants", "We still need to ask you what you want.";
        NobodyToSupport: "An advocate is due and none was asked", "We still need to find someone to help you speak up.";
        AdvocacyBasisIncomplete: "An advocate acts before the paperwork is complete", "You have an advocate. We still have forms to fill in.";
        CapacityAssessmentPending: "Whether the adult can decide is still to be assessed", "We still need to see if you can make this choice.";
        AdultNotTold: "Nothing says that the adult was told of the concern", "We still need to tell you about the worry.";
        NotAllocated: "The case is allocated to nobody", "We still need to find you a worker.";
        CausedEnquiryUnanswered: "Another agency was asked to enquire and has not answered", "We still wait to hear from others.";
        FamilyNotToldBeforeCourt: "The family was not told before the court application", "We still need to tell your family about the court.";
        LookAgainAtTelling: "It is time to look again at why somebody was not told", "We must think again about who to tell.";
        ReviewNotConsidered: "A review of what happened is still to be considered", "We still need to learn from what happened.";
        NobodyLeftToAct: "Nobody is left who can act", "We are finding someone who can help.";
    }
    ClosureItem, "What is looked at before closing" {
        AgreementWithAdult: "Agreement with the adult", "We asked if you agree to stop.";
        ReferralForSupport: "Referral for assessment and support", "We asked others to help you.";
        AdviceGiven: "Advice given", "We told you what could help.";
        OrganisationsUpdated: "Organisations told", "We told the people who work with you.";
        FeedbackToReferrer: "Feedback to the referrer", "We told the person who was worried.";
        PersonOfConcernAction: "Action about the person of concern", "We did something about the person who hurt you.";
        OthersSupported: "Support for others using the service", "We made sure other people are safe too.";
        ChildrensReferral: "Children's referral, if needed", "We asked for help for any children.";
        OutcomesEvaluated: "The adult said how far outcomes were met", "We asked if you got what you wanted.";
        ReviewConsidered: "A safeguarding adults review was considered", "We asked if more people need to learn from this.";
        Lessons: "Lessons", "We asked what we could do better.";
        ToldHowToGetHelpAgain: "Told how and whom to contact if worried again", "We told you who to call if you need help again.";
    }
    ItemState, "Whether it was done" {
        Done: "Done", "We did this.";
        NotApplicable: "Does not apply", "There was no need for this.";
        NotDone: "Not done", "We did not do this.";
    }
    Offered, "Whether feedback was offered" {
        Yes: "Yes", "We asked you how it was.";
        No: "No", "We did not ask you how it was.";
    }
    Status, "Where a referral stands" {
        Received: "Received", "We have got it.";
        InformationRequested: "More was asked", "We asked for more facts.";
        Accepted: "Accepted", "We are looking into it.";
        AnotherRoute: "Went another way", "Someone else will help.";
        Withdrawn: "Withdrawn by the referrer", "The person who told us took it back.";
        Closed: "Closed", "We have finished.";
    }
    TriageDecision, "What becomes of a referral" {
        Accept: "It becomes a case", "We will look into it.";
        Link: "It joins a case", "We know of this. We will add it to what we know.";
        NoEnquiry: "It is closed without an enquiry", "We helped. We do not need to look into it more.";
        MoreInformation: "More is asked of the referrer", "We need to know more first.";
        OtherAuthority: "It goes to another authority", "Another council will help.";
        NotSafeguarding: "It is not a safeguarding matter", "This needs some other kind of help.";
        Duplicate: "It repeats another referral", "We were told about this before.";
    }
    ContactKind, "Kind of contact" {
        Visit: "Visit", "A visit.";
        Call: "Call", "A phone call.";
        Message: "Message", "A text, a letter or an email.";
        InformationReceived: "Information received", "Someone told us something.";
        Advice: "Advice", "We asked someone what to do.";
        ManagementOversight: "Looked at by a manager", "A manager looked at our work.";
        Other: "Another contact", "Something else.";
    }
    Basis, "What the words rest on" {
        Seen: "Seen by the writer", "The worker saw it.";
        Said: "Said to the writer", "Someone said it to the worker.";
        Reported: "Reported by someone else", "The worker heard about it.";
        Opinion: "The writer's opinion", "It is what the worker thinks.";
    }
    ActionStatus, "Where an action stands" {
        Open: "To be done", "We still need to do this.";
        Done: "Done", "We did this.";
        Cancelled: "No longer to be done", "We will not do this any more.";
    }
    Initiative, "Whose idea sharing was" {
        Requested: "Somebody asked for it", "Someone asked us to tell them.";
        Offered: "It was offered", "It was our idea to tell them.";
    }
    AdultTold, "Whether the adult was asked or told" {
        AskedAndAgreed: "Asked, and agreed", "We asked you. You said yes.";
        AskedAndRefused: "Asked, and refused", "We asked you. You said no.";
        Told: "Told", "We told you.";
        NotTold: "Not told", "We did not tell you.";
    }
    SharingOutcome, "What was decided about sharing" {
        Shared: "Shared", "We told them.";
        Partly: "Shared in part", "We told them some of it.";
        Refused: "Not shared", "We did not tell them.";
    }
    LawfulBasis, "What in law allows it" {
        CommonLaw: "The adult agrees, or the public interest outweighs it (common law)", "You said yes, or people could get hurt if we do not tell.";
        UkGdprArticle6: "UK GDPR, article 6", "The law on facts about you lets us tell.";
        UkGdprArticle9: "UK GDPR, article 9", "The law on private facts about you, like your health, lets us tell.";
        DpaSchedule1Paragraph18: "Data Protection Act 2018, schedule 1, paragraph 18 (safeguarding)", "The law lets us tell to keep people safe.";
        CareActS45: "Care Act 2014, section 45 (asked by a safeguarding adults board)", "The board that checks our work asked us, so the law says we must tell.";
    }
    LinkKind, "What else is going on" {
        PoliceInvestigation: "Police investigation", "The police are looking into it.";
        Provider: "The provider's own", "The care service is looking into it.";
        Cqc: "Care Quality Commission", "The people who check care are looking into it.";
        Dbs: "Disclosure and Barring Service", "Someone is checking if a person may work in care.";
        Dols: "Deprivation of Liberty Safeguards", "Someone is checking if you can be kept in a place to be safe.";
        CourtOfProtection: "Court of Protection", "A court will help decide what is best for you.";
        Marac: "Multi-agency risk assessment conference", "Many teams meet to keep people safe from abuse at home.";
        Complaint: "Complaint", "Someone made a complaint.";
        Section44Review: "Safeguarding adults review (section 44)", "People will look at what went wrong, so we can learn.";
        Other: "Something else", "Something else.";
    }
    LinkStatus, "Where it stands" {
        Considered: "Court of Protection: considered", "We are thinking about asking the court.";
        Planned: "Court of Protection: an application is planned", "We plan to ask the court.";
        Issued: "Court of Protection: issued", "We have asked the court.";
        Order: "Court of Protection: there is an order", "The court has decided.";
        Open: "Going on", "It is still going on.";
        Closed: "Ended", "It has ended.";
    }
    Audience, "Who is to be told" {
        Adult: "The adult", "You.";
        Representative: "A representative", "The person who speaks for you.";
        Family: "Family", "Your family.";
        PersonOfConcern: "The person of concern", "The person who may have hurt you.";
        Provider: "The provider", "The care service.";
    }
    Topic, "About what" {
        Concern: "That there is a concern", "Someone is worried.";
        Enquiry: "That there is an enquiry", "We are looking into it.";
        CapacityAssessment: "That capacity is assessed", "We will see if you can make this choice.";
        CourtApplication: "That a court is asked", "We will ask a court.";
        Closure: "That the case is closed", "We have finished.";
    }
}

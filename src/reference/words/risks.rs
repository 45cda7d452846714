//! Words about harm: what, where, from whom, and what became of it.

use crate::casework::cases::closing::{AssessmentOutcome, RiskOutcome, RiskSource};
use crate::casework::referrals::model::{AbuseType, ConcernKind, Location};

words! {
    AbuseType, "Type of abuse or risk" {
        Physical: "Physical abuse", "Someone hurts your body. They may hit you or push you.", national "Physical Abuse";
        Sexual: "Sexual abuse", "Someone touches you in a way you do not want.", national "Sexual Abuse";
        Psychological: "Psychological or emotional abuse", "Someone scares you or makes you feel bad.",
            national "Psychological Abuse";
        FinancialOrMaterial: "Financial or material abuse", "Someone takes your money or your things.",
            national "Financial or Material Abuse";
        Discriminatory: "Discriminatory abuse", "Someone treats you badly because of who you are.",
            national "Discriminatory Abuse";
        Organisational: "Abuse by the way a service is run", "The place that cares for you does not treat people well.",
            national "Organisational Abuse";
        NeglectAndActsOfOmission: "Neglect, or leaving out what is needed", "Someone does not give you the help you need.",
            national "Neglect and Acts of Omission";
        Domestic: "Domestic abuse", "Someone in your family, or your partner, hurts or controls you.",
            national "Domestic Abuse";
        SexualExploitation: "Sexual exploitation", "Someone tricks you or pays you to have sex.",
            national "Sexual Exploitation";
        ModernSlavery: "Modern slavery", "Someone makes you work and you are not free to leave.", national "Modern Slavery";
        SelfNeglect: "Self-neglect", "You find it hard to look after yourself or your home.", national "Self-Neglect";
        NotKnown: "Not known", "We do not know yet.";
    }
    Location, "Where it happened" {
        OwnHome: "In the adult's own home", "In your own home.", national "Own Home";
        InTheCommunity: "In the community", "Out and about, like in a street or a shop.", national "In the Community";
        CommunityService: "At a service in the community", "At a day centre or a club.", national "Community Service";
        CareHomeNursing: "In a care home with nursing", "In a care home that has nurses.",
            national "Care Home - Nursing";
        CareHomeResidential: "In a care home without nursing", "In a care home.", national "Care Home - Residential";
        HospitalAcute: "In a general hospital", "In a hospital.", national "Hospital - Acute";
        HospitalMentalHealth: "In a mental health hospital", "In a mental health hospital.",
            national "Hospital - Mental Health";
        HospitalCommunity: "In a community hospital", "In a small hospital near your home.",
            national "Hospital - Community";
        Other: "Somewhere else", "Somewhere else.", national "Other";
        NotKnown: "Not known", "We do not know yet.";
    }
    RiskSource, "Who the risk comes from" {
        ServiceProvider: "Someone paid or commissioned to give social care", "Someone who is paid to care for you.",
            national "Service Provider";
        OtherKnown: "Someone else the adult knows", "Someone else you know.",
            national "Other - Known to individual";
        OtherUnknown: "Someone the adult does not know", "Someone you do not know.",
            national "Other - Unknown to individual";
        NotKnown: "Not known", "We do not know yet.";
    }
    AssessmentOutcome, "What was found, and whether something was done" {
        RiskIdentifiedActionTaken: "A risk was found and something was done", "We found a risk. We did something about it.",
            national "Risk identified and action taken";
        RiskIdentifiedNoAction: "A risk was found and nothing was done", "We found a risk. We did not do anything about it.",
            national "Risk identified and no action taken";
        InconclusiveActionTaken: "It stayed unclear and something was done", "We could not be sure. We still did something.",
            national "Risk Assessment inconclusive and action taken";
        InconclusiveNoAction: "It stayed unclear and nothing was done", "We could not be sure. We did not do anything.",
            national "Risk Assessment inconclusive and no action taken";
        NoRiskActionTaken: "No risk was found and something was done", "We found no risk. We still did something to help.",
            national "No risk identified and action taken";
        NoRiskNoAction: "No risk was found and nothing was done", "We found no risk. We did not need to do anything.",
            national "No risk identified and no action taken";
        CeasedAtIndividualsRequest: "The enquiry stopped because the adult asked for that", "You asked us to stop, so we stopped.",
            national "Enquiry ceased at individual's request and no action taken";
    }
    RiskOutcome, "What became of the risk" {
        RiskRemained: "The risk is still there", "The risk is still there.", national "Risk remained";
        RiskReduced: "The risk is smaller", "The risk is smaller now.", national "Risk reduced";
        RiskRemoved: "The risk is gone", "The risk is gone.", national "Risk removed";
    }
    ConcernKind, "What the concern is about" {
        Individual: "One adult", "The worry is about one person.";
        Organisational: "An organisation", "The worry is about a care home or a service.";
    }
}

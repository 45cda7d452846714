//! Words about what happens to a referral after it was sent. Its readers are those who referred.

use crate::casework::referrals::model::{FeedbackCode, TaskKind, WrittenBy};
use crate::casework::referrals::requests::RequestStatus;
use crate::casework::referrals::updates::UpdateKind;

words! {
    UpdateKind, "What an update brings" {
        AdditionalInformation: "There is more to know", "You want to tell us more.";
        Correction: "Something was wrong", "You want to put something right.";
        WrongPerson: "It names the wrong person", "You named the wrong person.";
        Withdrawal: "It is taken back; what is known is still looked at",
            "You want to take it back. We will still look at what we know.";
    }
    RequestStatus, "Where a question to the referrer stands" {
        Open: "Waits for an answer", "We asked you something. Please tell us.";
        Answered: "Answered; more may follow", "You told us. You can tell us more.";
        NoLongerNeeded: "Decided without an answer", "We do not need to know this now.";
    }
    FeedbackCode, "What came of a referral" {
        Accepted: "It was accepted", "We will look into it.";
        NoEnquiry: "It ended without an enquiry", "We did not need to look into it more.";
        AnotherRoute: "It went another way", "Someone else will help with this.";
        Closed: "What it led to is closed", "We have finished.";
        Other: "Something else; the text says what", "Please read what we wrote.";
    }
    WrittenBy, "Who wrote it" {
        Referrer: "The referrer", "The person who told us wrote this.";
        Staff: "Staff, for whoever told them", "Our staff wrote this down.";
    }
    TaskKind, "What must be looked at" {
        WrongPerson: "The referrer says that it names the wrong person", "This may be about the wrong person.";
    }
}

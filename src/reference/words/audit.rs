//! Words about who did what.

use crate::audit::verify::TrailFinding;
use crate::audit::{AccessPurpose, AuditOutcome};
use crate::oversight::access_log::AccessKind;

words! {
    AccessKind, "What was done with a record" {
        Looked: "Somebody read it", "Someone looked at it.";
        Changed: "Somebody recorded or changed something", "Someone wrote in it.";
        Refused: "Somebody tried and was refused", "Someone tried to look. We did not let them.";
    }
    AccessPurpose, "What a record was needed for" {
        CaseWork: "To work on the case", "They looked so they can help.";
        Supervision: "To supervise those who work on it", "A boss looked at how their team works.";
        QualityAssurance: "To look at how well work is done", "They looked to see if we do it well.";
        AdultsReview: "For a safeguarding adults review", "They looked to learn from what went wrong.";
        Complaint: "To answer a complaint", "Someone was not happy. They looked into it.";
        SubjectAccess: "Because somebody asked what is held about them",
            "Someone asked what we keep about them.";
        LegalProceedings: "For a court or a tribunal", "A court asked for it.";
        Audit: "To audit", "They looked to see who reads what.";
        TechnicalSupport: "To put right what does not work", "They looked to mend the system.";
    }
    AuditOutcome, "How an operation ended" {
        Done: "It was done", "It was done.";
        Refused: "It was refused", "We did not let them do it.";
        Failed: "It failed on our side", "It did not work. That was our fault.";
    }
    TrailFinding, "What is wrong with the audit trail" {
        EntryChanged: "An entry was changed after it was sealed", "Someone changed a line in the log.";
        EntryMissing: "An entry that was sealed is gone", "A line of the log is gone.";
        EntryInserted: "An entry was put in that was never sealed", "Someone put a line in the log.";
        PersonalChanged: "Personal detail of an entry was changed", "Someone changed who a line is about.";
        PersonalErasedUnrecorded: "Personal detail was erased and nobody recorded that",
            "Someone took out who a line is about. They did not tell us.";
        WaitingMissing: "An entry that waited for its seal is gone", "A new line of the log is gone.";
        WaitingSealed: "An entry that has its seal is made to wait for one", "An old line is made to look new.";
        SealMissing: "A seal is gone", "A lock on the log is gone.";
        SealChanged: "A seal was changed", "Someone changed a lock on the log.";
        LinkBroken: "A seal does not stand on the one before it", "Two locks do not fit.";
        SignatureWrong: "A seal was not signed by the key it names", "The name on a lock is wrong.";
        KeyUnknown: "The last seal was signed by a key that is not ours", "A lock on the log is not ours.";
        MarkWrong: "The mark of the last seal is gone or not ours", "We can not tell where the log ends.";
        EndDiffers: "The trail does not end where it was marked to end", "The end of the log is gone.";
        TrailEmpty: "There are cases, and no entry about any of them", "The log is empty. It should not be.";
        ExpectedDiffers: "The trail does not hold the seal that was noted before",
            "The log is not the one we saw before.";
    }
}

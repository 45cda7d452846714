//! Parallel processes: links with a status of their own, not states of the case.

use actix_web::{get, patch, post};
use chrono::NaiveDate;

use crate::problem::Fault;
use crate::schema::records::case_links;

crate::codes! {
    /// What runs in parallel.
    pub enum LinkKind {
        /// Police investigation.
        PoliceInvestigation = "police_investigation",
        /// The provider's own.
        Provider = "provider",
        /// Care Quality Commission.
        Cqc = "cqc",
        /// Disclosure and Barring Service.
        Dbs = "dbs",
        /// Deprivation of Liberty Safeguards.
        Dols = "dols",
        /// Court of Protection.
        CourtOfProtection = "court_of_protection",
        /// Multi-agency risk assessment conference.
        Marac = "marac",
        /// Complaint.
        Complaint = "complaint",
        /// Safeguarding adults review (Care Act 2014 s.44).
        Section44Review = "section_44_review",
        /// Other.
        Other = "other",
    }
}

crate::codes! {
    /// Where it stands.
    pub enum LinkStatus {
        /// Court of Protection: considered.
        Considered = "considered",
        /// Court of Protection: an application is planned.
        Planned = "planned",
        /// Court of Protection: issued.
        Issued = "issued",
        /// Court of Protection: there is an order.
        Order = "order",
        /// It goes on.
        Open = "open",
        /// It has ended.
        Closed = "closed",
    }
}

crate::record! {
    /// A parallel process.
    #[schema(example = json!({"kind": "court_of_protection", "status": "considered", "statusSince": "2026-11-02"}))]
    Link (LinkContent) in case_links as "link", NewLink, LinkView {
        columns {
            /// What it is.
            kind: LinkKind,
            /// Where it stands.
            status: LinkStatus,
            /// Its reference there.
            #[schema(min_length = 1, max_length = 200)]
            reference: Option<String>,
            /// Since when.
            #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
            status_since: Option<NaiveDate>,
            /// A note.
            #[schema(min_length = 1, max_length = 4000)]
            note: Option<String>,
        }
        documents {}
    }
}
crate::record!(rules Link, NewLink, LinkView, faults);

crate::record_operations! {
    Link, NewLink, LinkView, tag "Links", at "/v1/cases/{caseId}/links", one "/v1/cases/{caseId}/links/{linkId}" (LinkPath),
    read "links.read", write "links.record",
    list list_links "listLinks" "List parallel processes" "Police, court, complaint and others, each with its own status.",
    create record_link "recordLink" "Record a parallel process" "A link; it never moves the case.",
    get get_link "getLink" "Read a parallel process" "One link.",
    amend amend_link "amendLink" "Amend a parallel process" "By a merge patch: its status.",
    mistake mark_link "markLinkEnteredInError" "/v1/cases/{caseId}/links/{linkId}/entered-in-error"
        may "links.record",
}

fn faults(link: &NewLink) -> Vec<Fault> {
    let of_the_court = matches!(
        link.status,
        LinkStatus::Considered | LinkStatus::Planned | LinkStatus::Issued | LinkStatus::Order
    );
    match of_the_court && link.kind != LinkKind::CourtOfProtection {
        true => vec![Fault::at(
            "/status",
            "contradiction",
            "This status is for the Court of Protection.",
        )],
        false => vec![],
    }
}

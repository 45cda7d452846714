//! Mental capacity: about one decision at one time, never a flag on the person (Mental Capacity Act 2005 ss.1–4).
//!
//! No assessment means presumed capacity. A best-interests decision stands on an assessment of that decision which
//! concludes that the adult lacks capacity for it.

pub mod assessments;
pub mod decisions;

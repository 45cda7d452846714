//! Who else may see a case: advisers and partner agencies named on it, whom a conflict keeps away, emergency access.

pub mod app_access;
pub mod conflicts;
pub mod emergency;
pub mod grants;
pub mod invitations;
pub mod redemption;

//! Partner agencies and their information-sharing agreements.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::problem::{Fault, Problem};
use crate::schema::people::agencies as table;

crate::codes! {
    /// What kind of organisation or person refers.
    pub enum AgencyType {
        /// Police.
        Police = "police",
        /// Acute NHS trust.
        NhsAcute = "nhs_acute",
        /// Mental health NHS trust.
        NhsMentalHealth = "nhs_mental_health",
        /// Community NHS trust.
        NhsCommunity = "nhs_community",
        /// Ambulance service.
        Ambulance = "ambulance",
        /// General practice.
        Gp = "gp",
        /// Care home.
        CareHome = "care_home",
        /// Home care.
        HomeCare = "home_care",
        /// Housing.
        Housing = "housing",
        /// Fire and rescue.
        Fire = "fire",
        /// Department for Work and Pensions.
        Dwp = "dwp",
        /// Care Quality Commission.
        Cqc = "cqc",
        /// Probation.
        Probation = "probation",
        /// Voluntary organisation.
        Voluntary = "voluntary",
        /// Advocacy provider.
        Advocacy = "advocacy",
        /// Local authority.
        LocalAuthority = "local_authority",
        /// Family.
        Family = "family",
        /// The adult.
        SelfReferral = "self",
        /// A member of the public.
        Public = "public",
        /// Anyone else.
        Other = "other",
    }
}

/// A partner agency.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct Agency {
    /// Id.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Kind.
    pub agency_type: AgencyType,
    /// ODS code (NHS) or force code.
    pub ods_code: Option<String>,
    /// First day of the information-sharing agreement.
    pub agreement_from: Option<NaiveDate>,
    /// Last day of it; none: until further notice.
    pub agreement_until: Option<NaiveDate>,
    /// When it was registered.
    pub created_at: UtcTime,
}

/// Whether its agreement covers this day. Its reads need one; its referrals always land.
pub fn agreement_in_force(agency: &Agency, on: NaiveDate) -> bool {
    agency.agreement_from.is_some_and(|from| from <= on)
        && agency.agreement_until.is_none_or(|until| on <= until)
}

/// Registers an agency.
pub fn insert(conn: &mut Connection, agency: &Agency) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((agency, table::updated_at.eq(agency.created_at)))
        .execute(conn)
        .map(drop)
}

/// The agency of this name.
pub fn named(conn: &mut Connection, name: &str) -> QueryResult<Option<Agency>> {
    table::table
        .filter(table::name.eq(name))
        .select(Agency::as_select())
        .first(conn)
        .optional()
}

/// Whether there is such an agency.
pub fn exists(conn: &mut Connection, id: Id) -> QueryResult<bool> {
    let found: Option<Id> = table::table.find(id).select(table::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// The fault of naming an agency that there is not.
pub fn fault_of(conn: &mut Connection, id: Option<Id>, pointer: &str) -> Result<Option<Fault>, Problem> {
    match id {
        Some(id) if !exists(conn, id)? => Ok(Some(Fault::at(pointer, "unknown", "There is no such agency."))),
        _ => Ok(None),
    }
}

/// The name of this agency.
pub fn name(conn: &mut Connection, id: Id) -> QueryResult<Option<String>> {
    table::table.find(id).select(table::name).first(conn).optional()
}

/// The kind of this agency.
pub fn kind_of(conn: &mut Connection, id: Id) -> QueryResult<Option<AgencyType>> {
    table::table
        .find(id)
        .select(table::agency_type)
        .first(conn)
        .optional()
}

//! Partner agencies, and the information-sharing agreement of each with each authority.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::problem::{Fault, Problem};
use crate::schema::people::{agencies as table, agency_authorities};

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

/// A partner agency: one identity, whichever authorities it works with.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct Agency {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Kind.
    pub agency_type: AgencyType,
    /// ODS code (NHS) or force code.
    pub ods_code: Option<String>,
    /// The authority whose administrators keep its name and kind.
    pub registered_by_authority: Option<String>,
    /// When it was registered.
    pub created_at: UtcTime,
}

/// What an authority and an agency agreed on sharing information. Without a first day they know each other, and the agency
/// sends but does not read.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = agency_authorities, treat_none_as_default_value = false)]
pub struct Agreement {
    /// The agency.
    pub agency_id: Id,
    /// The authority.
    pub authority: String,
    /// First day.
    pub agreement_from: Option<NaiveDate>,
    /// Last day; none: until further notice.
    pub agreement_until: Option<NaiveDate>,
    /// When the authority came to know the agency.
    pub created_at: UtcTime,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: UtcTime,
}

impl Agreement {
    /// One that begins now to be known.
    pub fn new(
        agency_id: Id,
        authority: &str,
        days: (Option<NaiveDate>, Option<NaiveDate>),
        now: UtcTime,
    ) -> Self {
        Self {
            agency_id,
            authority: authority.to_owned(),
            agreement_from: days.0,
            agreement_until: days.1,
            created_at: now,
            version: 1,
            updated_at: now,
        }
    }
}

/// The authorities whose agreement with this agency covers this day: it reads what they share with it. Its referrals land
/// without one.
pub fn agreed_with(conn: &mut Connection, agency: Id, on: NaiveDate) -> QueryResult<Vec<String>> {
    agency_authorities::table
        .filter(agency_authorities::agency_id.eq(agency))
        .filter(agency_authorities::agreement_from.le(on))
        .filter(
            agency_authorities::agreement_until
                .is_null()
                .or(agency_authorities::agreement_until.ge(on)),
        )
        .order(agency_authorities::authority)
        .select(agency_authorities::authority)
        .load(conn)
}

/// What an agency and these authorities agreed, in the order of their codes.
pub fn agreements(conn: &mut Connection, agency: Id, authorities: &[String]) -> QueryResult<Vec<Agreement>> {
    agency_authorities::table
        .filter(agency_authorities::agency_id.eq(agency))
        .filter(agency_authorities::authority.one_of(authorities.to_vec()))
        .order(agency_authorities::authority)
        .select(Agreement::as_select())
        .load(conn)
}

/// Whether one of these authorities knows this agency.
pub fn is_known_to(conn: &mut Connection, agency: Id, authorities: &[String]) -> QueryResult<bool> {
    Ok(!agreements(conn, agency, authorities)?.is_empty())
}

/// Records what an agency and an authority agreed, unless there is something already; whether it was first.
pub fn agree(conn: &mut Connection, agreement: &Agreement) -> QueryResult<bool> {
    Ok(crate::insert_unless_there!(conn, agency_authorities, agreement)? == 1)
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

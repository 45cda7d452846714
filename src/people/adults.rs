//! Adults at risk. A record belongs to one authority; the same human in two authorities is two records.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use crate::clock::UtcTime;
use crate::db::child_rows::ChildRows;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::db::{Connection, MultiBackend};
use crate::facts::YesNoNotKnown;
use crate::ids::Id;
use crate::schema::adult_records::adult_external_ids as external_ids;
use crate::schema::people::adults as table;

crate::codes! {
    /// Gender, as the national collection counts it.
    pub enum Gender {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
        /// Not known.
        NotKnown = "not_known",
    }
}

crate::codes! {
    /// Ethnic group (census of 2021).
    pub enum Ethnicity {
        /// English, Welsh, Scottish, Northern Irish or British.
        WhiteBritish = "white_british",
        /// Irish.
        WhiteIrish = "white_irish",
        /// Gypsy or Irish Traveller.
        WhiteGypsyOrIrishTraveller = "white_gypsy_or_irish_traveller",
        /// Roma.
        WhiteRoma = "white_roma",
        /// Any other White background.
        WhiteOther = "white_other",
        /// White and Black Caribbean.
        MixedWhiteAndBlackCaribbean = "mixed_white_and_black_caribbean",
        /// White and Black African.
        MixedWhiteAndBlackAfrican = "mixed_white_and_black_african",
        /// White and Asian.
        MixedWhiteAndAsian = "mixed_white_and_asian",
        /// Any other Mixed or Multiple background.
        MixedOther = "mixed_other",
        /// Indian.
        AsianIndian = "asian_indian",
        /// Pakistani.
        AsianPakistani = "asian_pakistani",
        /// Bangladeshi.
        AsianBangladeshi = "asian_bangladeshi",
        /// Chinese.
        AsianChinese = "asian_chinese",
        /// Any other Asian background.
        AsianOther = "asian_other",
        /// African.
        BlackAfrican = "black_african",
        /// Caribbean.
        BlackCaribbean = "black_caribbean",
        /// Any other Black background.
        BlackOther = "black_other",
        /// Arab.
        Arab = "arab",
        /// Any other ethnic group.
        Other = "other",
        /// Asked, and did not want to say.
        Refused = "refused",
        /// Undeclared or not known.
        NotKnown = "not_known",
    }
}

crate::codes! {
    /// Primary support reason, as the national collection counts it.
    pub enum PrimarySupportReason {
        /// Physical support.
        PhysicalSupport = "physical_support",
        /// Sensory support.
        SensorySupport = "sensory_support",
        /// Support with memory and cognition.
        MemoryAndCognition = "memory_and_cognition",
        /// Learning disability support.
        LearningDisability = "learning_disability",
        /// Mental health support.
        MentalHealth = "mental_health",
        /// Social support.
        SocialSupport = "social_support",
        /// No support reason.
        NoSupportReason = "no_support_reason",
        /// Not known.
        NotKnown = "not_known",
    }
}

crate::codes! {
    /// Where an NHS number comes from.
    pub enum NhsNumberStatus {
        /// Traced and verified.
        Verified = "verified",
        /// As somebody gave it.
        Supplied = "supplied",
        /// Not known.
        NotKnown = "not_known",
    }
}

/// What another system calls the adult.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalId {
    /// The other system: PARIS, Mosaic, LAS.
    #[schema(min_length = 1, max_length = 100, example = "mosaic")]
    pub system: String,
    /// The adult's identifier there.
    #[schema(min_length = 1, max_length = 100, example = "M-0001")]
    pub value: String,
}

crate::child_rows! {
    /// The communication needs that stand: what has ended, or was entered in error, does not.
    pub struct StandingNeeds of table::id {
        from "adult_communication_needs" where "adult_communication_needs.adult_id = adults.id \
            AND adult_communication_needs.ended_on IS NULL AND adult_communication_needs.entered_in_error IS NULL"
        order by "id", ["": "need"]
    }
}

crate::child_rows! {
    /// What other systems call an adult.
    pub struct ExternalIds of table::id {
        from "adult_external_ids" where "adult_external_ids.adult_id = adults.id" order by "system, value",
        ["system": "system", "value": "value"]
    }
}

/// An adult as kept.
#[derive(Debug, Clone, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = table, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Adult {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority the record belongs to.
    #[diesel(skip_update)]
    pub authority: String,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
    /// When it last changed.
    pub updated_at: UtcTime,
    /// By whom.
    pub updated_by: Id,
    /// Family name.
    pub family_name: Option<String>,
    /// Given names.
    pub given_names: Json<Vec<String>>,
    /// What the adult likes to be called.
    pub preferred_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Date of death; ends nothing by itself.
    pub date_of_death: Option<NaiveDate>,
    /// NHS number, valid by its check digit. Never a key, never in a URL or a log.
    pub nhs_number: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Communication needs (Accessible Information Standard).
    #[diesel(skip_insertion, skip_update)]
    #[diesel(select_expression = ChildRows::list(), select_expression_type = ChildRows<StandingNeeds>)]
    pub communication_needs: Json<Vec<String>>,
    /// Alerts for those who work with the adult.
    pub alerts: Json<Vec<String>>,
    /// Whether the date of birth is an estimate.
    pub date_of_birth_estimated: Option<bool>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Ethnic group.
    pub ethnicity: Option<Ethnicity>,
    /// Primary support reason.
    pub primary_support_reason: Option<PrimarySupportReason>,
    /// Health conditions.
    pub health_conditions: Option<String>,
    /// Where the NHS number comes from.
    pub nhs_number_status: Option<NhsNumberStatus>,
    /// First language.
    pub first_language: Option<String>,
    /// Whether an interpreter is needed.
    pub interpreter_needed: Option<YesNoNotKnown>,
    /// The authority that placed the adult here.
    pub placing_authority: Option<String>,
    /// What other systems call the adult.
    #[diesel(skip_insertion, skip_update)]
    #[diesel(select_expression = ChildRows::list(), select_expression_type = ChildRows<ExternalIds>)]
    pub external_ids: Json<Vec<ExternalId>>,
    /// The family name as it is compared.
    pub name_key: Option<String>,
    /// The postcode as it is compared.
    pub postcode_key: Option<String>,
    /// The record that this one was found to duplicate.
    pub merged_into: Option<Id>,
}

impl Adult {
    /// A record with nothing known yet.
    pub fn new(id: Id, authority: &str, by: Id, now: UtcTime) -> Self {
        Self {
            id,
            authority: authority.to_owned(),
            version: 1,
            created_at: now,
            created_by: by,
            updated_at: now,
            updated_by: by,
            family_name: None,
            given_names: Json(vec![]),
            preferred_name: None,
            date_of_birth: None,
            date_of_death: None,
            nhs_number: None,
            postcode: None,
            communication_needs: Json(vec![]),
            alerts: Json(vec![]),
            date_of_birth_estimated: None,
            gender: None,
            ethnicity: None,
            primary_support_reason: None,
            health_conditions: None,
            nhs_number_status: None,
            first_language: None,
            interpreter_needed: None,
            placing_authority: None,
            external_ids: Json(vec![]),
            name_key: None,
            postcode_key: None,
            merged_into: None,
        }
    }

    /// Sets what the record is found by.
    pub fn keyed(mut self) -> Self {
        self.name_key = self.family_name.as_deref().map(compared);
        self.postcode_key = self.postcode.as_deref().map(compared);
        self
    }

    /// The names as they are said.
    pub fn full_name(&self) -> String {
        let names: Vec<&str> = self
            .given_names
            .0
            .iter()
            .chain(self.family_name.iter())
            .map(String::as_str)
            .collect();
        names.join(" ")
    }
}

/// A name or postcode as it is compared: no capitals, no accents, no spaces or punctuation.
pub fn compared(text: &str) -> String {
    text.nfd()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What stands about the adult on every answer about a case, for those who may know it.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdultBrief {
    /// The adult's record.
    pub id: Id,
    /// What the adult likes to be called, or is called.
    pub preferred_name: String,
    /// How to communicate with the adult.
    pub communication_needs: Vec<String>,
    /// Alerts.
    pub alerts: Vec<String>,
    /// Date of death.
    pub date_of_death: Option<NaiveDate>,
}

/// Makes a record.
pub fn insert(conn: &mut Connection, adult: &Adult) -> QueryResult<()> {
    diesel::insert_into(table::table).values(adult).execute(conn)?;
    keep_external_ids(conn, adult)
}

/// Writes a record over the version before it; answers how many rows that changed.
pub fn save(conn: &mut Connection, adult: &Adult) -> QueryResult<usize> {
    let read = table::table
        .find(adult.id)
        .filter(table::version.eq(adult.version - 1));
    let changed = diesel::update(read).set(adult).execute(conn)?;
    keep_external_ids(conn, adult)?;
    Ok(changed)
}

fn keep_external_ids(conn: &mut Connection, adult: &Adult) -> QueryResult<()> {
    diesel::delete(external_ids::table.filter(external_ids::adult_id.eq(adult.id))).execute(conn)?;
    for external in &adult.external_ids.0 {
        diesel::insert_into(external_ids::table)
            .values((
                external_ids::adult_id.eq(adult.id),
                external_ids::authority.eq(&adult.authority),
                external_ids::system.eq(&external.system),
                external_ids::value.eq(&external.value),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The record of this id in this authority.
pub fn find(conn: &mut Connection, authority: &str, id: Id) -> QueryResult<Option<Adult>> {
    table::table
        .find(id)
        .filter(table::authority.eq(authority))
        .select(Adult::as_select())
        .first(conn)
        .optional()
}

/// Briefs of these adults.
pub fn briefs(conn: &mut Connection, ids: &[Id]) -> QueryResult<HashMap<Id, AdultBrief>> {
    let adults: Vec<Adult> = table::table
        .filter(table::id.one_of(ids))
        .select(Adult::as_select())
        .load(conn)?;
    Ok(adults.into_iter().map(|adult| (adult.id, brief(adult))).collect())
}

fn brief(adult: Adult) -> AdultBrief {
    let called = adult.given_names.0.first().cloned().or(adult.family_name);
    AdultBrief {
        id: adult.id,
        preferred_name: adult
            .preferred_name
            .or(called)
            .unwrap_or_else(|| "Not known".to_owned()),
        communication_needs: adult.communication_needs.0,
        alerts: adult.alerts.0,
        date_of_death: adult.date_of_death,
    }
}

crate::codes! {
    /// Why two records may be the same person.
    pub enum MatchedOn {
        /// The same NHS number.
        NhsNumber = "nhs_number",
        /// The same identifier in another system.
        ExternalId = "external_id",
        /// The same family name, whatever its capitals and accents.
        FamilyName = "family_name",
        /// The same date of birth.
        DateOfBirth = "date_of_birth",
        /// The same postcode.
        Postcode = "postcode",
    }
}

/// What is known of somebody who may be recorded already.
#[derive(Debug, Clone, Default)]
pub struct Likeness {
    /// NHS number.
    pub nhs_number: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Identifiers in other systems.
    pub external_ids: Vec<ExternalId>,
}

impl From<&Adult> for Likeness {
    fn from(adult: &Adult) -> Self {
        Self {
            nhs_number: adult.nhs_number.clone(),
            family_name: adult.family_name.clone(),
            date_of_birth: adult.date_of_birth,
            postcode: adult.postcode.clone(),
            external_ids: adult.external_ids.0.clone(),
        }
    }
}

impl Likeness {
    /// What a record has in common with this.
    pub fn matched_on(&self, known: &Adult) -> Vec<MatchedOn> {
        let alike = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let same = [
            (MatchedOn::NhsNumber, alike(&self.nhs_number, &known.nhs_number)),
            (
                MatchedOn::ExternalId,
                self.external_ids
                    .iter()
                    .any(|external| known.external_ids.0.contains(external)),
            ),
            (
                MatchedOn::FamilyName,
                alike(&self.family_name.as_deref().map(compared), &known.name_key),
            ),
            (
                MatchedOn::DateOfBirth,
                self.date_of_birth.is_some() && self.date_of_birth == known.date_of_birth,
            ),
            (
                MatchedOn::Postcode,
                alike(&self.postcode.as_deref().map(compared), &known.postcode_key),
            ),
        ];
        same.into_iter()
            .filter(|(_, same)| *same)
            .map(|(on, _)| on)
            .collect()
    }

    /// Whether it is so likely that nobody should make a second record without saying so.
    pub fn is_strong(on: &[MatchedOn]) -> bool {
        let named_and_born = on.contains(&MatchedOn::FamilyName) && on.contains(&MatchedOn::DateOfBirth);
        on.contains(&MatchedOn::NhsNumber) || on.contains(&MatchedOn::ExternalId) || named_and_born
    }

    /// Whether what they have in common makes them the same person very likely: an identifier, or two of name,
    /// date of birth and postcode. One name alone says nothing.
    pub fn is_likely(on: &[MatchedOn]) -> bool {
        on.contains(&MatchedOn::NhsNumber) || on.contains(&MatchedOn::ExternalId) || on.len() >= 2
    }
}

/// Records of the authority that are likely the same person, with what they have in common; merged ones are left out.
pub fn likely_matches(
    conn: &mut Connection,
    authority: &str,
    likeness: &Likeness,
) -> QueryResult<Vec<(Adult, Vec<MatchedOn>)>> {
    type Clause = Box<dyn BoxableExpression<table::table, MultiBackend, SqlType = diesel::sql_types::Bool>>;
    let mut clauses: Vec<Clause> = vec![];
    if let Some(number) = likeness.nhs_number.clone() {
        clauses.push(Box::new(table::nhs_number.assume_not_null().eq(number)));
    }
    for external in likeness.external_ids.clone() {
        let theirs = external_ids::table
            .filter(external_ids::authority.eq(authority.to_owned()))
            .filter(external_ids::system.eq(external.system))
            .filter(external_ids::value.eq(external.value))
            .select(external_ids::adult_id);
        clauses.push(Box::new(table::id.eq_any(theirs)));
    }
    let name = likeness.family_name.as_deref().map(compared);
    let postcode = likeness.postcode.as_deref().map(compared);
    if let (Some(name), Some(date)) = (name.clone(), likeness.date_of_birth) {
        let named = table::name_key.assume_not_null().eq(name);
        clauses.push(Box::new(
            named.and(table::date_of_birth.assume_not_null().eq(date)),
        ));
    }
    if let (Some(name), Some(postcode)) = (name, postcode.clone()) {
        let named = table::name_key.assume_not_null().eq(name);
        clauses.push(Box::new(
            named.and(table::postcode_key.assume_not_null().eq(postcode)),
        ));
    }
    if let (Some(date), Some(postcode)) = (likeness.date_of_birth, postcode) {
        let there = table::postcode_key.assume_not_null().eq(postcode);
        clauses.push(Box::new(
            there.and(table::date_of_birth.assume_not_null().eq(date)),
        ));
    }
    let Some(any) = clauses.into_iter().reduce(|any, one| Box::new(any.or(one))) else {
        return Ok(vec![]);
    };
    let found: Vec<Adult> = table::table
        .filter(table::authority.eq(authority))
        .filter(table::merged_into.is_null())
        .filter(any)
        .order(table::id)
        .limit(20)
        .select(Adult::as_select())
        .load(conn)?;
    let with_reasons = found.into_iter().map(|adult| {
        let on = likeness.matched_on(&adult);
        (adult, on)
    });
    Ok(with_reasons.filter(|(_, on)| Likeness::is_likely(on)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_capitals_accents_and_punctuation() {
        assert_eq!(compared("O'Brién-Smith"), "obriensmith");
        assert_eq!(compared(" sw1a 1aa"), compared("SW1A1AA"));
        assert_ne!(compared("Example"), compared("Exemple"));
    }

    #[test]
    fn one_name_or_one_birthday_alone_says_nothing() {
        assert!(!Likeness::is_likely(&[MatchedOn::FamilyName]));
        assert!(!Likeness::is_likely(&[MatchedOn::DateOfBirth]));
        assert!(Likeness::is_likely(&[
            MatchedOn::FamilyName,
            MatchedOn::DateOfBirth
        ]));
        assert!(Likeness::is_likely(&[MatchedOn::NhsNumber]));
        assert!(!Likeness::is_strong(&[
            MatchedOn::DateOfBirth,
            MatchedOn::Postcode
        ]));
        assert!(Likeness::is_strong(&[
            MatchedOn::FamilyName,
            MatchedOn::DateOfBirth
        ]));
    }
}

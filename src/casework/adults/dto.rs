//! What is written and read about an adult.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::reach::ReachedAdult;
use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::facts::YesNoNotKnown;
use crate::http::answer::View;
use crate::ids::Id;
use crate::people::adults::{Adult, Ethnicity, ExternalId, Gender, NhsNumberStatus, PrimarySupportReason};
use crate::problem::Fault;

/// A given name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 100, example = "Ada")]
pub struct AdultGivenName(pub String);

/// An alert for those who work with the adult.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 300, example = "Do not ring the landline")]
pub struct Alert(pub String);

/// Who the adult is. Everything is optional: unknown is always an allowed answer.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "familyName": "Example", "givenNames": ["Ada"], "preferredName": "Ada", "dateOfBirth": "1948-02-03",
    "gender": "female", "nhsNumber": "9434765919", "nhsNumberStatus": "verified", "firstLanguage": "English",
    "externalIds": [{"system": "mosaic", "value": "M-0001"}], "alerts": []
}))]
pub struct AdultCore {
    /// Family name.
    #[schema(min_length = 1, max_length = 200)]
    pub family_name: Option<String>,
    /// Given names.
    #[schema(max_items = 10)]
    pub given_names: Vec<AdultGivenName>,
    /// What the adult likes to be called.
    #[schema(min_length = 1, max_length = 200)]
    pub preferred_name: Option<String>,
    /// Date of birth.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub date_of_birth: Option<NaiveDate>,
    /// Whether that is an estimate.
    pub date_of_birth_estimated: Option<bool>,
    /// Date of death. It ends no case: what is owed to others at risk goes on.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub date_of_death: Option<NaiveDate>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Ethnic group.
    pub ethnicity: Option<Ethnicity>,
    /// Primary support reason.
    pub primary_support_reason: Option<PrimarySupportReason>,
    /// Health conditions.
    #[schema(min_length = 1, max_length = 4000)]
    pub health_conditions: Option<String>,
    /// NHS number; never needed.
    #[schema(extensions(("x-rule" = json!("nhs_number"))), example = "9434765919")]
    pub nhs_number: Option<String>,
    /// Where the NHS number comes from.
    pub nhs_number_status: Option<NhsNumberStatus>,
    /// Postcode, to find the adult by; where to find the adult stands in the contact points.
    #[schema(min_length = 2, max_length = 10)]
    pub postcode: Option<String>,
    /// First language.
    #[schema(min_length = 1, max_length = 100)]
    pub first_language: Option<String>,
    /// Whether an interpreter is needed.
    pub interpreter_needed: Option<YesNoNotKnown>,
    /// The authority that placed the adult here, if another.
    #[schema(min_length = 1, max_length = 200)]
    pub placing_authority: Option<String>,
    /// What other systems call the adult.
    #[schema(max_items = 20)]
    pub external_ids: Vec<ExternalId>,
    /// Alerts for those who work with the adult.
    #[schema(max_items = 20)]
    pub alerts: Vec<Alert>,
}

impl AdultCore {
    /// What a record holds of it.
    pub fn of(row: &Adult) -> Self {
        Self {
            family_name: row.family_name.clone(),
            given_names: row.given_names.0.iter().cloned().map(AdultGivenName).collect(),
            preferred_name: row.preferred_name.clone(),
            date_of_birth: row.date_of_birth,
            date_of_birth_estimated: row.date_of_birth_estimated,
            date_of_death: row.date_of_death,
            gender: row.gender,
            ethnicity: row.ethnicity,
            primary_support_reason: row.primary_support_reason,
            health_conditions: row.health_conditions.clone(),
            nhs_number: row.nhs_number.clone(),
            nhs_number_status: row.nhs_number_status,
            postcode: row.postcode.clone(),
            first_language: row.first_language.clone(),
            interpreter_needed: row.interpreter_needed,
            placing_authority: row.placing_authority.clone(),
            external_ids: row.external_ids.0.clone(),
            alerts: row.alerts.0.iter().cloned().map(Alert).collect(),
        }
    }

    /// Writes it into a record.
    pub fn write_to(self, row: Adult) -> Adult {
        let mut external_ids = self.external_ids;
        external_ids.sort();
        external_ids.dedup();
        Adult {
            family_name: self.family_name,
            given_names: Json(self.given_names.into_iter().map(|name| name.0).collect()),
            preferred_name: self.preferred_name,
            date_of_birth: self.date_of_birth,
            date_of_birth_estimated: self.date_of_birth_estimated,
            date_of_death: self.date_of_death,
            gender: self.gender,
            ethnicity: self.ethnicity,
            primary_support_reason: self.primary_support_reason,
            health_conditions: self.health_conditions,
            nhs_number: self.nhs_number,
            nhs_number_status: self.nhs_number_status,
            postcode: self.postcode,
            first_language: self.first_language,
            interpreter_needed: self.interpreter_needed,
            placing_authority: self.placing_authority,
            external_ids: Json(external_ids),
            alerts: Json(self.alerts.into_iter().map(|alert| alert.0).collect()),
            ..row
        }
        .keyed()
    }

    /// What the contract cannot say about it.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let (Some(born), Some(died)) = (self.date_of_birth, self.date_of_death)
            && died < born
        {
            faults.push(Fault::at(
                "/dateOfDeath",
                "before_birth",
                "The date of death is not before the date of birth.",
            ));
        }
        if self.nhs_number_status == Some(NhsNumberStatus::Verified) && self.nhs_number.is_none() {
            faults.push(Fault::required(
                "/nhsNumber",
                "A verified number is recorded with it.",
            ));
        }
        faults
    }
}

/// A new adult, outside triage.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "adult": {"familyName": "Invented", "givenNames": ["Bea"], "dateOfBirth": "1951-05-06"}, "newAdult": true
}))]
pub struct NewAdult {
    /// The authority that keeps the record; not needed by who works for one.
    #[schema(min_length = 1, max_length = 40)]
    pub authority: Option<String>,
    /// Who the adult is.
    pub adult: AdultCore,
    /// `true`: a new record even where another is much alike.
    pub new_adult: Option<bool>,
}

/// What is recorded about an adult.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdultView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority the record belongs to.
    pub authority: String,
    /// Who the adult is.
    #[serde(flatten)]
    pub core: AdultCore,
    /// How to communicate with the adult, as on every answer about them.
    pub communication_needs: Vec<String>,
    /// The record that this one was found to duplicate.
    pub merged_into: Option<Id>,
    /// What is not shown; for staff and assigned advocates only.
    pub withheld: Option<Vec<String>>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: UtcTime,
    /// When it was last changed.
    pub updated_at: UtcTime,
}

impl AdultView {
    /// The view for a caller who reached the adult.
    pub fn of(reached: ReachedAdult, has_confidential: bool) -> Self {
        let mut core = AdultCore::of(&reached.row);
        let withheld = has_confidential && !reached.confidential;
        if withheld {
            core.postcode = None;
        }
        // Alerts are written for those who work with the adult.
        if !reached.told_of_withheld {
            core.alerts.clear();
        }
        Self {
            id: reached.row.id,
            authority: reached.row.authority,
            core,
            communication_needs: reached.row.communication_needs.0,
            merged_into: reached.row.merged_into,
            withheld: reached.told_of_withheld.then(|| match withheld {
                true => vec!["contactPoints".to_owned(), "postcode".to_owned()],
                false => vec![],
            }),
            version: reached.row.version,
            created_at: reached.row.created_at,
            updated_at: reached.row.updated_at,
        }
    }
}

impl View for AdultView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        let withheld = self.withheld.as_ref().filter(|withheld| !withheld.is_empty());
        withheld.map(|_| "part".to_owned())
    }
}

/// An adult in a list.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdultSummary {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority the record belongs to.
    pub authority: String,
    /// The names as they are said.
    pub name: String,
    /// What the adult likes to be called.
    pub preferred_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// How to communicate with the adult.
    pub communication_needs: Vec<String>,
    /// 1, and one more with every change.
    pub version: i64,
}

impl AdultSummary {
    /// From a record.
    pub fn of(row: Adult) -> Self {
        Self {
            name: row.full_name(),
            id: row.id,
            authority: row.authority,
            preferred_name: row.preferred_name,
            date_of_birth: row.date_of_birth,
            communication_needs: row.communication_needs.0,
            version: row.version,
        }
    }
}

//! Finding an adult by what is known of them. In a body, never in a URL; never for referrers.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::dto::AdultSummary;
use super::store;
use crate::act::Act;
use crate::body::Body;
use crate::people::adults::ExternalId;
use crate::problem::{Fault, Problem};

/// Adults in one answer at most: who finds more says more.
const MOST: usize = 50;

/// What is known. At least two criteria, or what another system calls the adult; all of them must fit.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({"familyName": "Example", "dateOfBirth": "1948-02-03"}))]
pub struct AdultSearch {
    /// Family name, whatever its capitals, accents and hyphens.
    #[schema(min_length = 1, max_length = 200)]
    pub family_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Postcode.
    #[schema(min_length = 2, max_length = 10)]
    pub postcode: Option<String>,
    /// NHS number.
    #[schema(extensions(("x-rule" = json!("nhs_number"))), example = "9434765919")]
    pub nhs_number: Option<String>,
    /// What another system calls the adult: its name and the identifier there, which are two criteria.
    pub external_id: Option<ExternalId>,
}

impl AdultSearch {
    fn criteria(&self) -> usize {
        let given = [
            self.family_name.is_some(),
            self.date_of_birth.is_some(),
            self.postcode.is_some(),
            self.nhs_number.is_some(),
            self.external_id.is_some(),
            self.external_id.is_some(),
        ];
        given.into_iter().filter(|given| *given).count()
    }
}

/// Who was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdultsFound {
    /// The adults, the newest record first.
    pub items: Vec<AdultSummary>,
    /// Whether there are more than fit: say more about who is looked for.
    pub more: bool,
}

/// Finds adults.
pub fn search(act: &mut Act, body: &Body<AdultSearch>) -> Result<AdultsFound, Problem> {
    let wanted = body.checked(|wanted| match wanted.criteria() {
        0 | 1 => vec![Fault::required("", "A search takes two criteria at least.")],
        _ => vec![],
    })?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut found = store::search(act.conn, &act.scope(), wanted, most)?;
    let more = found.len() > MOST;
    found.truncate(MOST);
    Ok(AdultsFound {
        items: found.into_iter().map(AdultSummary::of).collect(),
        more,
    })
}

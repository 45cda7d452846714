//! Reading a list's query: paging, filters, and the cursor that is bound to both and to the caller.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::auth::keys::Keys;
use crate::ids::Id;
use crate::page::{PageParams, PageRequest, Sort};
use crate::problem::{Code, Problem};

const PAGING: [&str; 4] = ["limit", "cursor", "sort", "updatedSince"];
const MOST: i64 = 100;
const USUAL: i64 = 25;

/// A list request that was read.
pub struct ListQuery<F> {
    /// The filters of this list.
    pub filter: F,
    /// Which page.
    pub page: PageRequest,
    /// Whether the caller said how many.
    pub limit_given: bool,
    bound_to: String,
    kept: String,
}

/// A list without filters of its own.
#[derive(Debug, Clone, Default, serde::Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

impl<F: DeserializeOwned + IntoParams> ListQuery<F> {
    /// Reads a query string; every unknown name and wrong value is a 400 that names it.
    pub fn read(query: &str, path: &str, caller: Id, keys: &Keys) -> Result<Self, Problem> {
        let (paging, filters): (Vec<_>, Vec<_>) = pairs_of(query)?
            .into_iter()
            .partition(|(name, _)| PAGING.contains(&name.as_str()));
        only_known::<F>(&filters)?;
        let params: PageParams = from_pairs(&paging)?;
        let filter: F = from_pairs(&filters)?;
        let limit = params.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::parameter(
                Code::BadParameter,
                "limit",
                "A page has 1 to 100 items.",
            ));
        }
        let kept: Vec<_> = paging
            .iter()
            .filter(|(name, _)| name != "cursor")
            .chain(&filters)
            .collect();
        let kept = serde_html_form::to_string(kept).unwrap_or_default();
        let unlimited: Vec<_> = paging
            .iter()
            .filter(|(name, _)| name != "cursor" && name != "limit")
            .chain(&filters)
            .collect();
        let mut bound: Vec<String> = unlimited
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        bound.sort();
        let bound_to = format!("{caller} {path} {}", bound.join("&"));
        let after = match &params.cursor {
            Some(cursor) => Some(open(cursor, &bound_to, keys).ok_or_else(|| Problem::new(Code::BadCursor))?),
            None => None,
        };
        let newest_first = params.sort.unwrap_or(Sort::NewestFirst) == Sort::NewestFirst;
        let page = PageRequest {
            limit,
            after,
            newest_first,
            updated_since: params.updated_since,
        };
        Ok(Self {
            filter,
            page,
            limit_given: params.limit.is_some(),
            bound_to,
            kept,
        })
    }

    /// The relative URL of the page after this id.
    pub fn next_url(&self, path: &str, after: Id, keys: &Keys) -> String {
        let cursor = seal(after, &self.bound_to, keys);
        let amp = if self.kept.is_empty() { "" } else { "&" };
        format!("{path}?{}{amp}cursor={cursor}", self.kept)
    }
}

/// Reads the query parameters of an operation that is no list.
pub fn read_params<Q: DeserializeOwned + IntoParams>(query: &str) -> Result<Q, Problem> {
    let pairs = pairs_of(query)?;
    only_known::<Q>(&pairs)?;
    from_pairs(&pairs)
}

fn pairs_of(query: &str) -> Result<Vec<(String, String)>, Problem> {
    serde_html_form::from_str(query)
        .map_err(|_| Problem::new(Code::BadParameter).saying("The query string cannot be read."))
}

fn only_known<Q: IntoParams>(pairs: &[(String, String)]) -> Result<(), Problem> {
    let known: Vec<String> = Q::into_params(|| None)
        .into_iter()
        .map(|parameter| parameter.name)
        .collect();
    match pairs.iter().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(Problem::parameter(
            Code::BadParameter,
            name,
            "There is no such parameter here.",
        )),
        None => Ok(()),
    }
}

fn from_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Problem> {
    let query = serde_html_form::to_string(pairs).unwrap_or_default();
    let reader = serde_html_form::Deserializer::from_bytes(query.as_bytes());
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = error
            .path()
            .iter()
            .next()
            .map(ToString::to_string)
            .unwrap_or_default();
        Problem::parameter(
            Code::BadParameter,
            &name,
            "This parameter cannot have this value, or stands here twice.",
        )
    })
}

fn seal(after: Id, bound_to: &str, keys: &Keys) -> String {
    let mut bytes = after.as_bytes().to_vec();
    let tag = hmac::sign(&keys.cursor, format!("{bound_to} {after}").as_bytes());
    bytes.extend_from_slice(tag.as_ref());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open(cursor: &str, bound_to: &str, keys: &Keys) -> Option<Id> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (id, tag) = bytes.split_at_checked(16)?;
    let after: Id = uuid::Uuid::from_slice(id).ok()?.into();
    hmac::verify(&keys.cursor, format!("{bound_to} {after}").as_bytes(), tag).ok()?;
    Some(after)
}

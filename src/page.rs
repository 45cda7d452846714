//! Pages of a list: keyset on the id, which is in the order of creation.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::clock::UtcTime;
use crate::ids::Id;

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Items at most, 1 to 100.
    pub limit: i64,
    /// Begin after this id.
    pub after: Option<Id>,
    /// Newest first.
    pub newest_first: bool,
    /// Only what changed since.
    pub updated_since: Option<UtcTime>,
}

impl PageRequest {
    /// Rows to load: one more than asked, to know whether there is a next page.
    pub fn rows(&self) -> i64 {
        self.limit + 1
    }
}

/// One page of a list; `next` says where the following one is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// What is on the page, in the order of the list.
    pub items: Vec<T>,
    /// Relative URL of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Rows of a page, and the id after which the next one begins.
#[derive(Debug, Clone)]
pub struct Rows<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Set when there are more.
    pub next_after: Option<Id>,
}

impl<T> Rows<T> {
    /// From rows that were loaded with one to spare.
    pub fn cut(mut rows: Vec<T>, request: &PageRequest, id: impl Fn(&T) -> Id) -> Self {
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_after = if more { rows.last().map(id) } else { None };
        Self {
            items: rows,
            next_after,
        }
    }

    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Rows<U> {
        Rows {
            items: self.items.into_iter().map(change).collect(),
            next_after: self.next_after,
        }
    }
}

/// What every list takes.
#[derive(Debug, Clone, serde::Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// How many a page has at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub limit: Option<i64>,
    /// Opaque; taken from `next`.
    pub cursor: Option<String>,
    /// `-createdAt` is newest first.
    #[param(inline)]
    pub sort: Option<Sort>,
    /// Only what changed at or after this instant.
    pub updated_since: Option<UtcTime>,
}

crate::codes! {
    /// Orders of a list.
    pub enum Sort {
        /// Oldest first.
        CreatedAt = "createdAt",
        /// Newest first; the default.
        NewestFirst = "-createdAt",
    }
}

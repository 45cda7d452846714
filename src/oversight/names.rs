//! Names for the ids in the audit trail.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::audit::Entry;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::people::users;
use crate::schema::casework::case_access;
use crate::schema::foundation::authorities;
use crate::schema::people::{advocates, agencies, api_clients};

/// Names of whoever and whatever stands in some entries.
pub struct Names {
    people: HashMap<Id, String>,
    agencies: HashMap<Id, String>,
    authorities: HashMap<String, String>,
    /// Organisations of advocates.
    organisations: HashMap<Id, String>,
}

impl Names {
    /// Looks them up, in one statement a kind.
    pub fn of(conn: &mut Connection, entries: &[Entry]) -> QueryResult<Self> {
        let actors = distinct(entries.iter().map(|entry| entry.actor_id));
        let found = distinct(entries.iter().filter_map(|entry| entry.agency_id));
        let clients: Vec<(Id, String)> = api_clients::table
            .filter(api_clients::id.one_of(&actors))
            .select((api_clients::id, api_clients::name))
            .load(conn)?;
        let agencies: Vec<(Id, String)> = agencies::table
            .filter(agencies::id.one_of(found))
            .select((agencies::id, agencies::name))
            .load(conn)?;
        let authorities: Vec<(String, String)> = authorities::table
            .select((authorities::code, authorities::name))
            .load(conn)?;
        let organisations: Vec<(Option<Id>, String)> = advocates::table
            .filter(advocates::user_id.assume_not_null().one_of(&actors))
            .select((advocates::user_id, advocates::organisation))
            .load(conn)?;
        let by_app: Vec<(Id, String)> = case_access::table
            .inner_join(advocates::table.on(case_access::advocate_id.eq(advocates::id.nullable())))
            .filter(case_access::user_id.one_of(&actors))
            .select((case_access::user_id, advocates::organisation))
            .load(conn)?;
        let people = users::names(conn, &actors)?;
        Ok(Self {
            people: people.into_iter().chain(clients).collect(),
            agencies: agencies.into_iter().collect(),
            authorities: authorities.into_iter().collect(),
            organisations: organisations
                .into_iter()
                .filter_map(|(id, name)| Some((id?, name)))
                .chain(by_app)
                .collect(),
        })
    }

    /// The actor's name.
    pub fn actor(&self, entry: &Entry) -> Option<String> {
        self.people.get(&entry.actor_id).cloned()
    }

    /// The organisation the actor works for.
    pub fn organisation(&self, entry: &Entry) -> Option<String> {
        let agency = entry.agency_id.and_then(|id| self.agencies.get(&id));
        let advocacy = agency.or_else(|| self.organisations.get(&entry.actor_id));
        let authority = || self.authorities.get(entry.authority.as_deref()?);
        advocacy.or_else(authority).cloned()
    }
}

fn distinct(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut ids: Vec<Id> = ids.collect();
    ids.sort();
    ids.dedup();
    ids
}

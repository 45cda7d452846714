//! Authorities, agencies, users and clients of the demo.

use std::collections::HashMap;

use crate::auth::passwords;
use crate::casework::advocacy::model::AssignmentKind;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::people::accounts::{self, AccountChange};
use crate::people::advocates::{self, Advocate};
use crate::people::agencies::{self, Agency, AgencyType, Agreement};
use crate::people::authorities::{self, Authority};
use crate::people::clients::{self, ApiClient};
use crate::people::users::{self, User};
use crate::policy::{Caller, CallerKind, Role, RoleGrant, Team, TeamKind};
use crate::problem::Problem;
use crate::secrets;

/// Sign-in name, name, role and authority of every demo user.
const USERS: [(&str, &str, Role, &str); 13] = [
    ("admin", "Avery Stone", Role::Admin, "northbank"),
    ("admin2", "Ainsley Moss", Role::Admin, "northbank"),
    ("manager", "Morgan Hale", Role::Manager, "northbank"),
    ("practitioner", "Priya Nair", Role::Practitioner, "northbank"),
    ("practitioner2", "Piotr Zielak", Role::Practitioner, "northbank"),
    ("duty", "Dara Quill", Role::Practitioner, "northbank"),
    ("advocate", "Rosa Lindqvist", Role::Advocate, "northbank"),
    ("adult", "Ada Example", Role::Adult, "northbank"),
    (
        "representative",
        "Nell Example",
        Role::Representative,
        "northbank",
    ),
    ("board", "Blair Okoro", Role::Board, "northbank"),
    ("analyst", "Anwen Pugh", Role::Analyst, "northbank"),
    ("auditor", "Idris Vance", Role::Auditor, "northbank"),
    ("manager-eastmoor", "Tamsin Rook", Role::Manager, "eastmoor"),
];

/// Client, agency and its kind.
const CLIENTS: [(&str, &str, AgencyType); 2] = [
    ("police-intake", "Northshire Police", AgencyType::Police),
    ("nhs-intake", "Northbank General Hospital", AgencyType::NhsAcute),
];

/// Random passwords and secrets, made before the transaction that uses them.
pub struct Credentials {
    passwords: Vec<(String, String, String)>,
    clients: Vec<(String, Id, String)>,
}

impl Credentials {
    /// New ones.
    pub fn new() -> Result<Self, Problem> {
        let mut passwords = Vec::new();
        for (username, ..) in USERS {
            let password: String = secrets::random()?.chars().take(20).collect();
            let hash = passwords::hash(&password)?;
            passwords.push((username.to_owned(), password, hash));
        }
        let mut clients = Vec::new();
        for (name, ..) in CLIENTS {
            clients.push((name.to_owned(), Id::new(), secrets::random()?));
        }
        Ok(Self { passwords, clients })
    }

    /// As they are printed, once.
    pub fn listing(&self) -> String {
        let mut lines =
            vec!["Demo users (sign in at POST /v1/sessions, or `msp-api token NAME`):".to_owned()];
        lines.extend(
            self.passwords
                .iter()
                .map(|(username, password, _)| format!("  {username:<18} {password}")),
        );
        lines.push("Demo API clients (POST /oauth2/token, or `msp-api token NAME`):".to_owned());
        lines.extend(
            self.clients
                .iter()
                .map(|(name, id, secret)| format!("  {name:<18} {id} {secret}")),
        );
        lines.join("\n")
    }

    fn hash_of(&self, username: &str) -> Option<String> {
        self.passwords
            .iter()
            .find(|(name, ..)| name == username)
            .map(|(.., hash)| hash.clone())
    }
}

/// Who acts in the stories.
pub struct People {
    callers: HashMap<String, Caller>,
    /// The advocate's entry in the register.
    pub advocate_entry: Id,
}

impl People {
    /// The caller of this name.
    pub fn named(&self, name: &str) -> Result<&Caller, Problem> {
        self.callers.get(name).ok_or_else(Problem::not_found)
    }
}

/// Sets up organisations and people.
pub fn set_up(conn: &mut Connection, credentials: &Credentials, now: UtcTime) -> Result<People, Problem> {
    for code in ["northbank", "eastmoor", "westvale"] {
        authorities::ensure(conn, &Authority::new(code, now))?;
    }
    let mut ids = HashMap::new();
    for (username, name, role, authority) in USERS {
        let user = User {
            id: Id::new(),
            username: username.to_owned(),
            name: name.to_owned(),
            enabled: true,
            password_hash: credentials.hash_of(username),
            agency_id: None,
            roles: Json(vec![RoleGrant {
                role,
                authority: authority.to_owned(),
            }]),
            public_contact: None,
            created_at: now,
        };
        users::insert(conn, &user)?;
        accounts::note(conn, user.id, AccountChange::NamedOnConsole, None, now)?;
        ids.insert(username, user.id);
    }
    let duty_team = Team {
        id: Id::new(),
        authority: "northbank".to_owned(),
        kind: TeamKind::Duty,
    };
    let on_duty: Vec<Id> = ids.get("duty").copied().into_iter().collect();
    users::insert_team(conn, &duty_team, "Duty desk", &on_duty, now)?;
    let mut callers = HashMap::new();
    for (username, id) in &ids {
        if let Some(caller) = users::caller(conn, *id, now)? {
            callers.insert((*username).to_owned(), caller);
        }
    }
    for (name, agency_name, agency_type) in CLIENTS {
        callers.insert(
            name.to_owned(),
            client(conn, credentials, name, (agency_name, agency_type), now)?,
        );
    }
    let advocate_entry = advocate(
        conn,
        ids.get("advocate").copied(),
        ids.get("manager").copied(),
        now,
    )?;
    Ok(People {
        callers,
        advocate_entry,
    })
}

/// Registers an agency that has an agreement with these authorities, and a client of it that serves them.
pub(super) fn agency_with_client(
    conn: &mut Connection,
    (agency_name, agency_type): (&str, AgencyType),
    (client, secret): (NewClient<'_>, &str),
    authorities: &[&str],
    now: UtcTime,
) -> Result<ApiClient, Problem> {
    let first = authorities.first().copied().map(str::to_owned);
    let agency = Agency {
        id: Id::new(),
        name: agency_name.to_owned(),
        agency_type,
        ods_code: None,
        registered_by_authority: first.clone(),
        created_at: now,
    };
    agencies::insert(conn, &agency)?;
    for authority in authorities {
        let days = (Some(now.date() - chrono::Days::new(200)), None);
        agencies::agree(conn, &Agreement::new(agency.id, authority, days, now))?;
    }
    let texts = |all: &[&str]| Json(all.iter().copied().map(str::to_owned).collect());
    let client = ApiClient {
        id: client.id,
        name: client.name.to_owned(),
        agency_id: agency.id,
        scopes: texts(client.scopes),
        default_authority: first,
        authorities: texts(authorities),
        enabled: true,
        created_at: now,
    };
    clients::insert(conn, &client, secret)?;
    Ok(client)
}

/// A client to register.
pub(super) struct NewClient<'a> {
    /// Its id.
    pub id: Id,
    /// Its name, for `msp-api token`.
    pub name: &'a str,
    /// What it may ask for.
    pub scopes: &'a [&'a str],
}

fn client(
    conn: &mut Connection,
    credentials: &Credentials,
    name: &str,
    agency: (&str, AgencyType),
    now: UtcTime,
) -> Result<Caller, Problem> {
    let found = credentials.clients.iter().find(|(client, ..)| client == name);
    let (_, id, secret) = found.ok_or_else(Problem::not_found)?;
    let new = NewClient {
        id: *id,
        name,
        scopes: &["referrals:submit", "referrals:read", "enquiries:write"],
    };
    let client = agency_with_client(conn, agency, (new, secret), &["northbank", "eastmoor"], now)?;
    Ok(Caller {
        id: client.id,
        kind: CallerKind::Client,
        name: client.name,
        agency_id: Some(client.agency_id),
        roles: vec![],
        teams: vec![],
        scopes: client.scopes.0,
        default_authority: client.default_authority,
        agreements: client.authorities.0.clone(),
        authorities: client.authorities.0,
        escalated: false,
        at: now,
    })
}

fn advocate(conn: &mut Connection, user: Option<Id>, by: Option<Id>, now: UtcTime) -> Result<Id, Problem> {
    let by = by.ok_or_else(Problem::not_found)?;
    let entry = Advocate {
        id: Id::new(),
        version: 1,
        created_at: now,
        created_by: by,
        updated_at: now,
        updated_by: by,
        authority: "northbank".to_owned(),
        name: "Rosa Lindqvist".to_owned(),
        organisation: "Northbank Voices".to_owned(),
        kinds: Json(vec![AssignmentKind::CareActS68, AssignmentKind::NonStatutory]),
        user_id: user,
        independence_declared_on: Some(now.date()),
        available: true,
    };
    advocates::insert(conn, &entry)?;
    Ok(entry.id)
}

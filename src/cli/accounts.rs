//! `token`, `user add` and `client add`.

use std::io::Read;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use crate::auth::keys::{self, Keys, Replaced};
use crate::auth::passwords;
use crate::auth::tokens::Tokens;
use crate::casework::cases::access;
use crate::casework::relationships;
use crate::clock;
use crate::config::Config;
use crate::db::Database;
use crate::db::types::Json;
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::people::accounts::{self, AccountChange};
use crate::people::advocates;
use crate::people::agencies::{self, Agency, AgencyType, Agreement};
use crate::people::authorities::{self, Authority};
use crate::people::clients::{self, ApiClient};
use crate::people::users::{self, User};
use crate::policy::{CallerKind, Role, RoleGrant};
use crate::problem::{Code, Problem};
use crate::secrets;

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; prints its id
    #[command(
        after_help = "Examples:\n  msp-api user add kim --role manager --authority northbank\n  \
        msp-api user add ada --role adult --authority northbank --case MSP-2026-000001"
    )]
    Add(UserAdd),
    /// Give an account that is there a role: the second administrator's, or where nobody else is left to decide on it
    #[command(after_help = "Example: msp-api user role kim --role admin --authority northbank")]
    Role(UserRole),
    /// Print a one-time code with which an account's password is set: the first administrator's, or where nobody else is
    /// left to give one
    #[command(after_help = "Example: msp-api user code first-admin")]
    Code {
        /// Name to sign in with
        username: String,
    },
}

#[derive(Debug, Args)]
pub struct UserAdd {
    /// Name to sign in with: letters, digits and ._@+-
    #[arg(value_parser = username)]
    username: String,
    /// Name people know; the sign-in name, if not given
    #[arg(long)]
    name: Option<String>,
    /// Role
    #[arg(long, value_parser = role)]
    role: Role,
    /// Authority in which the role is held; set up if it is new
    #[arg(long)]
    authority: String,
    /// For an adult or representative: reference of the case they may see
    #[arg(long)]
    case: Option<String>,
    /// For a representative: id of their entry among the adult's representatives
    #[arg(long, requires = "case", value_parser = id)]
    representative: Option<Id>,
    /// For an advocate: id of their entry in the authority's register, whose login this becomes
    #[arg(long, conflicts_with = "case", value_parser = id)]
    advocate: Option<Id>,
    /// Read the password from standard input; without one it is set with a one-time code (`msp-api user code`)
    #[arg(long)]
    password_stdin: bool,
}

fn id(text: &str) -> Result<Id, String> {
    Id::parse(text).ok_or_else(|| "an id is a UUID".to_owned())
}

/// As `POST /v1/users` has it.
fn username(name: &str) -> Result<String, String> {
    let fine = |character: char| character.is_ascii_alphanumeric() || "._@+-".contains(character);
    match (1..=100).contains(&name.len()) && name.chars().all(fine) {
        true => Ok(name.to_owned()),
        false => Err("1 to 100 letters, digits and ._@+-".to_owned()),
    }
}

#[derive(Debug, Args)]
pub struct UserRole {
    /// Name to sign in with
    username: String,
    /// Role
    #[arg(long, value_parser = role)]
    role: Role,
    /// Authority in which the role is held
    #[arg(long)]
    authority: String,
}

fn role(code: &str) -> Result<Role, String> {
    let known = || {
        Role::ALL
            .iter()
            .map(|role| role.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    Role::parse(code).ok_or_else(|| format!("one of: {}", known()))
}

#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register an API client; prints its id and its secret, once
    #[command(
        after_help = "Example: msp-api client add west-police --agency \"Westshire Police\" --agency-type police \
        --authority northbank --agreement-from 2026-04-01"
    )]
    Add(ClientAdd),
}

#[derive(Debug, Args)]
pub struct ClientAdd {
    /// Name of the client
    name: String,
    /// Agency it belongs to; registered if it is new
    #[arg(long)]
    agency: String,
    /// Kind of agency
    #[arg(long, value_parser = agency_type, default_value = "other")]
    agency_type: AgencyType,
    /// Authorities it may refer to; the first is its default
    #[arg(long, required = true)]
    authority: Vec<String>,
    /// Scopes
    #[arg(long, default_values_t = ["referrals:submit".to_owned(), "referrals:read".to_owned()])]
    scope: Vec<String>,
    /// First day of the agency's information-sharing agreement with these authorities, where there is none yet
    #[arg(long)]
    agreement_from: Option<NaiveDate>,
}

fn agency_type(code: &str) -> Result<AgencyType, String> {
    AgencyType::parse(code).ok_or_else(|| "not a kind of agency".to_owned())
}

/// Prints an access token.
pub async fn token(config: &Config, database: &Database, name: String) -> Result<(), String> {
    if config.production {
        return Err("`token` is for local use and refused with MSP_PRODUCTION=true".to_owned());
    }
    let keys = Arc::new(Keys::load(database, config).await?);
    let wanted = name.clone();
    let found = database
        .read(move |conn| {
            if let Some(user) = users::named(conn, &wanted)? {
                return Ok(Some((user.id, CallerKind::User, vec![])));
            }
            let client = clients::named(conn, &wanted)?;
            Ok(client.map(|client| (client.id, CallerKind::Client, client.scopes.0)))
        })
        .await
        .map_err(|problem| problem.for_operator())?;
    let (id, kind, scopes) = found.ok_or_else(|| format!("there is no user or client named {name}"))?;
    let tokens = Tokens::new(keys, config.public_url.clone());
    println!(
        "{}",
        tokens
            .issue(id, kind, &scopes, clock::now())
            .map_err(|problem| problem.for_operator())?
    );
    Ok(())
}

/// Replaces the signing key in the database; prints the name of the new one.
pub async fn rotate_key(config: &Config, database: &Database, withdraw: bool) -> Result<(), String> {
    if config.signing_key_file.is_some() {
        return Err(
            "the key is a file (MSP_SIGNING_KEY_FILE): add the next one to MSP_OTHER_KEY_FILES on every \
             instance, then swap the two, then take the old one away when its tokens have expired; one that somebody else \
             may have is replaced alone, and every instance is started again"
                .to_owned(),
        );
    }
    let replaced = match withdraw {
        true => Replaced::IsWithdrawn,
        false => Replaced::Retires,
    };
    println!("kid={}", keys::rotate(database, replaced).await?);
    Ok(())
}

/// Makes an account, or a one-time code for one.
pub async fn user(database: &Database, command: UserCommand) -> Result<(), String> {
    match command {
        UserCommand::Add(add) => add_user(database, add).await,
        UserCommand::Role(given) => give_role(database, given).await,
        UserCommand::Code { username } => one_time_code(database, username).await,
    }
}

async fn one_time_code(database: &Database, username: String) -> Result<(), String> {
    let code = accounts::new_code().map_err(|problem| problem.for_operator())?;
    let (name, given) = (username.clone(), code.clone());
    let user = database.write(move |conn| {
        let user = users::named(conn, &name)?;
        if let Some(user) = &user {
            accounts::give_code(conn, user.id, &given, clock::now())?;
            let what = (AccountChange::GivenPasswordCode, NoticeKind::PasswordCodeMade);
            accounts::note_on_console(conn, user.id, what, clock::now())?;
        }
        Ok(user)
    });
    let user = user.await.map_err(|problem| problem.for_operator())?;
    user.ok_or_else(|| format!("there is no account named {username}"))?;
    println!("{code}");
    Ok(())
}

async fn give_role(database: &Database, given: UserRole) -> Result<(), String> {
    let (username, grant) = (
        given.username,
        RoleGrant {
            role: given.role,
            authority: given.authority,
        },
    );
    let done = database.write(move |conn| {
        if !authorities::exists(conn, &grant.authority)? {
            let why = format!("there is no authority {}", grant.authority);
            return Err(Problem::new(Code::NotFound).saying(why));
        }
        let user = users::named(conn, &username)?.ok_or_else(|| {
            Problem::new(Code::NotFound).saying(format!("there is no account named {username}"))
        })?;
        users::give_role(conn, user.id, grant.clone(), clock::now())?;
        let what = (AccountChange::NamedOnConsole, NoticeKind::RolesChanged);
        accounts::note_on_console(conn, user.id, what, clock::now())?;
        Ok(user.id)
    });
    let id = done.await.map_err(|problem| problem.for_operator())?;
    println!("{id}");
    Ok(())
}

async fn add_user(database: &Database, add: UserAdd) -> Result<(), String> {
    let password_hash = if add.password_stdin {
        Some(passwords::hash(&password()?).map_err(|problem| problem.for_operator())?)
    } else {
        None
    };
    let user = User {
        id: Id::new(),
        username: add.username.clone(),
        name: add.name.unwrap_or(add.username),
        enabled: true,
        password_hash,
        agency_id: None,
        roles: Json(vec![RoleGrant {
            role: add.role,
            authority: add.authority.clone(),
        }]),
        public_contact: None,
        created_at: clock::now(),
    };
    let id = user.id;
    let (role, authority, case) = (add.role, add.authority, add.case);
    let (representative, advocate) = (add.representative, add.advocate);
    database
        .write(move |conn| {
            authorities::ensure(conn, &Authority::new(&authority, clock::now()))?;
            if users::named(conn, &user.username)?.is_some() {
                return Err(Problem::new(Code::Conflict).saying("there is an account of this name already"));
            }
            users::insert(conn, &user)?;
            let what = (AccountChange::NamedOnConsole, NoticeKind::RolesChanged);
            accounts::note_on_console(conn, user.id, what, clock::now())?;
            if let Some(reference) = &case {
                let given = (role, representative);
                access::grant(conn, (reference, &authority), user.id, given, clock::now())?;
            }
            match advocate {
                Some(entry) => {
                    advocates::take_login(conn, (entry, &authority), user.id, role)?;
                    Ok(relationships::refresh_advocate(conn, entry, clock::now())?)
                }
                None => Ok(()),
            }
        })
        .await
        .map_err(|problem| problem.for_operator())?;
    println!("{id}");
    Ok(())
}

fn password() -> Result<String, String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    match password.chars().count() {
        12..=200 => Ok(password),
        _ => Err("a password has 12 to 200 characters".to_owned()),
    }
}

/// Registers a client.
pub async fn client(database: &Database, command: ClientCommand) -> Result<(), String> {
    let ClientCommand::Add(add) = command;
    if let Some(unknown) = add
        .scope
        .iter()
        .find(|scope| !clients::SCOPES.contains(&scope.as_str()))
    {
        return Err(format!(
            "{unknown} is no scope; there are: {}",
            clients::SCOPES.join(", ")
        ));
    }
    let secret = secrets::random().map_err(|problem| problem.for_operator())?;
    let (id, now, given) = (Id::new(), clock::now(), secret.clone());
    database
        .write(move |conn| {
            for code in &add.authority {
                if !authorities::exists(conn, code)? {
                    return Err(Problem::new(Code::NotFound).saying(format!("there is no authority {code}")));
                }
            }
            if clients::named(conn, &add.name)?.is_some() {
                return Err(Problem::new(Code::Conflict).saying("there is a client of this name already"));
            }
            let agency = match agencies::named(conn, &add.agency)? {
                Some(known) => known,
                None => {
                    let new = Agency {
                        id: Id::new(),
                        name: add.agency.clone(),
                        agency_type: add.agency_type,
                        ods_code: None,
                        registered_by_authority: add.authority.first().cloned(),
                        created_at: now,
                    };
                    agencies::insert(conn, &new)?;
                    new
                }
            };
            for authority in &add.authority {
                // An agreement that is there already stays as it is.
                let days = (add.agreement_from, None);
                agencies::agree(conn, &Agreement::new(agency.id, authority, days, now))?;
            }
            let client = ApiClient {
                id,
                name: add.name.clone(),
                agency_id: agency.id,
                scopes: Json(add.scope.clone()),
                default_authority: add.authority.first().cloned(),
                authorities: Json(add.authority.clone()),
                enabled: true,
                created_at: now,
            };
            Ok(clients::insert(conn, &client, &given)?)
        })
        .await
        .map_err(|problem| problem.for_operator())?;
    println!("client_id={id}\nclient_secret={secret}");
    Ok(())
}

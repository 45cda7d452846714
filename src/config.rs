//! Every setting, read from the environment once at start. A wrong one ends the program with a clear message.

use std::path::PathBuf;

use actix_web::http::Uri;
use clap::{CommandFactory, Parser};

use crate::http::client_address::TrustedProxies;
use crate::logs;

/// The settings. `msp-api config` prints them with their meaning and value.
#[derive(Debug, Clone, Parser)]
#[command(name = "msp-api", disable_help_flag = true, disable_version_flag = true)]
pub struct Config {
    /// Where the data is kept: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite:data/msp.db",
        hide_env_values = true
    )]
    pub database_url: String,

    /// Connections to the database, and so requests that use it at one time; on SQLite at most 8
    #[arg(long, env = "MSP_POOL_SIZE", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=500))]
    pub pool_size: u32,

    /// Address to listen on (the flag --bind goes before it)
    #[arg(long, env = "MSP_BIND", default_value = "127.0.0.1:8080")]
    pub bind: std::net::SocketAddr,

    /// Address of /metrics; without it there are none
    #[arg(long, env = "MSP_METRICS_BIND")]
    pub metrics_bind: Option<std::net::SocketAddr>,

    /// URL under which callers reach this server: the issuer and audience of its tokens
    #[arg(long, env = "MSP_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: String,

    /// true refuses demo data, plain-HTTP public URLs and a signing key kept in the database
    #[arg(long, env = "MSP_PRODUCTION", default_value_t = false, action = clap::ArgAction::Set)]
    pub production: bool,

    /// PEM file (PKCS#8, Ed25519) of the key that signs access tokens; made and kept in the database if not given
    #[arg(long, env = "MSP_SIGNING_KEY_FILE")]
    pub signing_key_file: Option<PathBuf>,

    /// More PEM files (commas between) of keys whose tokens are accepted and which are published, public parts being
    /// enough: the next key before it signs, the last one until its tokens have expired
    #[arg(long, env = "MSP_OTHER_KEY_FILES", value_delimiter = ',')]
    pub other_key_files: Vec<PathBuf>,

    /// JSON file of the OpenID Connect issuers that may say who a person is: a list of {issuer, audience, jwksUrl or
    /// jwksFile, usernameClaim, authorities, roles}: it names nobody with a role in another authority or, where roles are listed,
    /// with another role; administrators only where `admin` is listed
    #[arg(long, env = "MSP_OIDC_ISSUERS")]
    pub oidc_issuers: Option<PathBuf>,

    /// Addresses or networks (10.0.0.0/8), with commas, of the proxies whose X-Forwarded-For tells who calls; none if callers
    /// reach this server without one. Production must say which
    #[arg(long, env = "MSP_TRUSTED_PROXIES", value_parser = TrustedProxies::parse)]
    pub trusted_proxies: Option<TrustedProxies>,

    /// local if PostgreSQL is reached only within one machine or a network that nobody else can read: production then goes without
    /// sslmode=verify-full or sslmode=require in DATABASE_URL
    #[arg(long, env = "MSP_DATABASE_NETWORK", value_parser = ["local"])]
    pub database_network: Option<String>,

    /// Public keys that sealed the audit trail before the signing key was changed, with commas, as `msp-api audit verify` prints them
    #[arg(long, env = "MSP_RETIRED_KEYS", value_delimiter = ',')]
    pub retired_keys: Vec<String>,

    /// Origins of apps in browsers that may call, with commas, such as https://app.example.org; without it none may
    #[arg(long, env = "MSP_CORS_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub cors_origins: Vec<String>,

    /// Requests a minute for each client and each user; 0 turns limits off
    #[arg(long, env = "MSP_RATE_LIMIT", default_value_t = 600, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub rate_limit: u32,

    /// Seconds within which a request's whole body must arrive
    #[arg(long, env = "MSP_BODY_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub body_seconds: u64,

    /// Seconds given to running requests when the server is asked to stop; five seconds later it ends in any case
    #[arg(long, env = "MSP_SHUTDOWN_SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(0..=600))]
    pub shutdown_seconds: u64,

    /// Threads that serve HTTP; 0 is one for each processor
    #[arg(long, env = "MSP_WORKERS", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=256))]
    pub workers: u16,

    /// What is logged: error, warn, info, debug, or a tracing filter
    #[arg(long, env = "MSP_LOG", default_value = "info")]
    pub log: String,

    /// How it is logged: json (one object a line) or text
    #[arg(long, env = "MSP_LOG_FORMAT", default_value = "text", value_parser = ["json", "text"])]
    pub log_format: String,
}

impl Config {
    /// Reads the environment; the message names the setting that is wrong.
    pub fn from_environment() -> Result<Self, String> {
        unknown_setting(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))?;
        let config = Self::try_parse_from(["msp-api"]).map_err(|error| by_their_names(&error.to_string()))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        if !self.public_url.starts_with("http://") && !self.public_url.starts_with("https://") {
            return Err("MSP_PUBLIC_URL must begin with http:// or https://".to_owned());
        }
        if self.public_url.ends_with('/') {
            return Err("MSP_PUBLIC_URL must not end with a slash".to_owned());
        }
        if self.production && self.public_url.starts_with("http://") {
            return Err("MSP_PRODUCTION=true needs an https:// MSP_PUBLIC_URL: put a TLS proxy in front and name it there"
                .to_owned());
        }
        if self.production && self.signing_key_file.is_none() {
            return Err("MSP_PRODUCTION=true needs MSP_SIGNING_KEY_FILE (openssl genpkey -algorithm ed25519 -out key.pem)"
                .to_owned());
        }
        if self.production && self.trusted_proxies.is_none() {
            return Err("MSP_PRODUCTION=true needs MSP_TRUSTED_PROXIES: the addresses of the TLS proxy, or none. Without it \
                every caller looks like the proxy, and whoever guesses passwords slows everybody's signing in"
                .to_owned());
        }
        if self.production && self.database_network.is_none() && sends_in_clear(&self.database_url) {
            return Err(
                "MSP_PRODUCTION=true needs sslmode=verify-full (or require) in DATABASE_URL; or MSP_DATABASE_NETWORK=local, \
                 if nobody else can read what goes to the database"
                    .to_owned(),
            );
        }
        logs::check_filter(&self.log)?;
        if self.production
            && let Some(plain) = self
                .cors_origins
                .iter()
                .find(|origin| origin.starts_with("http://"))
        {
            return Err(format!(
                "MSP_PRODUCTION=true needs https:// in MSP_CORS_ORIGINS, not {plain}"
            ));
        }
        Ok(())
    }

    /// The proxies whose word on where a request comes from counts.
    pub fn proxies(&self) -> &TrustedProxies {
        static NONE: TrustedProxies = TrustedProxies::none();
        self.trusted_proxies.as_ref().unwrap_or(&NONE)
    }

    /// The list that `msp-api config` prints: name, value in force, meaning. A URL with a password is not shown.
    pub fn listing(&self) -> String {
        let command = Self::command();
        let mut lines = Vec::new();
        for argument in command.get_arguments() {
            let Some(name) = argument.get_env().and_then(|name| name.to_str()) else {
                continue;
            };
            let set = std::env::var_os(name);
            let default = argument
                .get_default_values()
                .first()
                .and_then(|value| value.to_str())
                .unwrap_or("-");
            let value = match &set {
                Some(_) if argument.is_hide_env_values_set() => "(set)".to_owned(),
                Some(value) => value.to_string_lossy().into_owned(),
                None => format!("{default} (default)"),
            };
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            lines.push(format!("{name}={value}\n    {help}"));
        }
        lines.join("\n")
    }
}

/// An origin to the letter as browsers send it: anything else would match none, or look as if it matched more.
fn origin(text: &str) -> Result<String, String> {
    let spelled = text.parse::<Uri>().ok().and_then(|uri| {
        let usual = match uri.scheme_str()? {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let host = uri.host().filter(|host| !host.contains('*'))?.to_lowercase();
        let port = uri.port_u16().filter(|port| *port != usual);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{host}{port}", uri.scheme_str()?))
    });
    spelled.filter(|spelled| spelled == text).ok_or_else(|| {
        "an origin is https:// and a host in lower case, with a port only where it is unusual, and nothing after it".to_owned()
    })
}

/// Whether what goes to this database may be read on the way: PostgreSQL, unless TLS is asked for.
fn sends_in_clear(url: &str) -> bool {
    let Some((_, query)) = url.split_once('?').filter(|_| url.starts_with("postgres")) else {
        return url.starts_with("postgres");
    };
    // The last one counts.
    let mode = query
        .split('&')
        .rev()
        .find_map(|part| part.strip_prefix("sslmode="));
    !matches!(mode, Some("verify-full" | "verify-ca" | "require"))
}

/// Whether a name is one of those that tests and orchestrators set, which are no settings of the program: Kubernetes
/// gives each container the addresses of a service named `msp` as `MSP_SERVICE_HOST`, `MSP_PORT_8080_TCP`.
fn is_of_others(name: &str) -> bool {
    let tests = name.starts_with("MSP_TEST_") || name == "MSP_BLESS";
    let service =
        name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.ends_with("_PORT");
    tests || service || name.contains("_TCP") || name.contains("_UDP")
}

/// A setting with a wrong letter would be one that silently does not hold.
fn unknown_setting(names: impl Iterator<Item = String>) -> Result<(), String> {
    let command = Config::command();
    let known: Vec<&str> = command
        .get_arguments()
        .filter_map(|argument| argument.get_env()?.to_str())
        .collect();
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with("MSP_") && !known.contains(&name.as_str()) && !is_of_others(name))
        .collect();
    unknown.sort();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "there is no setting {}; `msp-api config` lists those there are",
            unknown.join(", ")
        )),
    }
}

/// A parser's message with the settings under the names they have in the environment.
fn by_their_names(message: &str) -> String {
    let command = Config::command();
    let arguments = command.get_arguments();
    let names = arguments.filter_map(|argument| Some((argument.get_long()?, argument.get_env()?.to_str()?)));
    names.fold(message.to_owned(), |message, (flag, name)| {
        let value = flag.replace('-', "_").to_uppercase();
        message.replace(&format!("--{flag} <{value}>"), name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(settings: &[&str]) -> Result<Config, String> {
        let arguments = ["msp-api"].iter().chain(settings).copied();
        let config = Config::try_parse_from(arguments).map_err(|error| error.to_string())?;
        config.check().map(|()| config)
    }

    #[test]
    fn production_refuses_a_plain_url_and_a_key_in_the_database() {
        assert!(with(&["--production=true"]).unwrap_err().contains("https://"));
        let key = with(&["--production=true", "--public-url=https://api.example.org"]);
        assert!(key.unwrap_err().contains("MSP_SIGNING_KEY_FILE"));
        let mut right = vec![
            "--production=true",
            "--public-url=https://api.example.org",
            "--signing-key-file=key.pem",
        ];
        assert!(with(&right).unwrap_err().contains("MSP_TRUSTED_PROXIES"));
        right.push("--trusted-proxies=none");
        assert!(with(&right).is_ok());
        for wrong in ["", "the proxy", "none,10.0.0.1", "10.0.0.0/33", "10.0.0.1,"] {
            assert!(with(&[&format!("--trusted-proxies={wrong}")]).is_err(), "{wrong}");
        }
        assert!(with(&["--rate-limit=many"]).is_err());
        assert!(with(&["--public-url=api.example.org"]).is_err());
        assert!(with(&[]).is_ok());
    }

    #[test]
    fn production_sends_nothing_to_postgresql_in_clear() {
        let production = [
            "--production=true",
            "--public-url=https://api.example.org",
            "--signing-key-file=key.pem",
            "--trusted-proxies=none",
        ];
        let on = |url: &str, more: &[&str]| {
            let url = format!("--database-url={url}");
            with(&[&production[..], &[url.as_str()], more].concat())
        };
        for clear in [
            "postgres://msp@db/msp",
            "postgresql://msp@db/msp?connect_timeout=2",
            "postgres://msp@db/msp?sslmode=prefer",
            "postgres://msp@db/msp?sslmode=require&sslmode=disable",
            "postgres://msp:sslmode=require@db/msp",
        ] {
            assert!(on(clear, &[]).unwrap_err().contains("sslmode"), "{clear}");
            assert!(on(clear, &["--database-network=local"]).is_ok(), "{clear}");
        }
        for safe in [
            "postgres://msp@db/msp?sslmode=verify-full",
            "postgres://msp@db/msp?connect_timeout=2&sslmode=require",
            "sqlite:data/msp.db",
        ] {
            assert!(on(safe, &[]).is_ok(), "{safe}");
        }
        assert!(with(&["--database-network=far"]).is_err());
    }

    #[test]
    fn a_name_that_is_no_setting_is_told_of() {
        let names = |names: &[&str]| unknown_setting(names.iter().map(|name| (*name).to_owned()));
        assert!(
            names(&["MSP_POOLSIZE", "HOME"])
                .unwrap_err()
                .contains("MSP_POOLSIZE")
        );
        let fine = [
            "MSP_POOL_SIZE",
            "MSP_TEST_MIXED",
            "MSP_BLESS",
            "MSP_SERVICE_HOST",
            "MSP_PORT_8080_TCP_ADDR",
            "PATH",
        ];
        assert!(names(&fine).is_ok());
    }

    #[test]
    fn an_origin_is_one_that_a_browser_sends() {
        for origins in [
            "https://app.example.org",
            "http://127.0.0.1:3000,https://[::1]:8443,https://a.example",
        ] {
            let named = with(&[&format!("--cors-origins={origins}")])
                .unwrap()
                .cors_origins;
            assert_eq!(named.join(","), origins);
        }
        for wrong in [
            "*",
            "null",
            "app.example.org",
            "https://*.example.org",
            "https://app.example.org/",
            "https://App.example.org",
            "https://app.example.org:443",
            "https://app.example.org/path",
            "https://me@app.example.org",
            "ftp://a.example",
            "https://",
            "https://a.example?x",
            "https://a.example#x",
            "https://a.example, https://b.example",
            "",
        ] {
            assert!(with(&[&format!("--cors-origins={wrong}")]).is_err(), "{wrong}");
        }
        let production = [
            "--production=true",
            "--public-url=https://a.example",
            "--signing-key-file=key.pem",
            "--trusted-proxies=none",
        ];
        assert!(with(&[&production[..], &["--cors-origins=http://a.example"]].concat()).is_err());
    }
}

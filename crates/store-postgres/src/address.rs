//! Which server, and how it is reached.

use crate::options::{OpenError, Options};
use crate::password;
use crate::tls::Tls;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long a connection may take to come about, TLS and password included.
pub(crate) const CONNECT_PATIENCE: Duration = Duration::from_secs(3);

/// How long the server's end may be silent before the system asks whether it is there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);

/// How long what was sent may stay unacknowledged: then the connection is lost.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// Longest name of a schema: PostgreSQL cuts names after 63 octets, and the channel's is longer than the schema's.
const MAX_SCHEMA_OCTETS: usize = 48;

/// A server, a database on it, and a schema in that.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) tls: Option<Tls>,
    pub(crate) schema: String,
    /// For people: where it is, without user and password.
    pub(crate) place: String,
    /// What a person should know who chose this address.
    pub(crate) warnings: Vec<String>,
}

impl Address {
    pub(crate) fn new(url: &str, options: &Options) -> Result<Self, OpenError> {
        let (url, mut asked) = without_ours(url);
        // The parser's own words are left out: they may quote what stands around a mistake, and that may be a password.
        let mut config: Config = url.parse().map_err(|_| {
            let form = "write it as postgresql://user@host:5432/database, options as ?name=value";
            OpenError::Address(form.to_owned())
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(OpenError::Address("it names no host".to_owned()));
        }
        let schema = asked.schema.take().unwrap_or_else(|| options.schema.clone());
        if !is_plain_name(&schema) {
            let why = format!("the schema {schema:?} is no name of lower-case letters, digits and _");
            return Err(OpenError::Address(why));
        }
        if options.authorities.is_some() {
            asked.authorities.clone_from(&options.authorities);
        }
        password::find(&mut config, options.password_file.as_deref())?;
        config
            .connect_timeout(CONNECT_PATIENCE)
            .keepalives_idle(KEEPALIVE_IDLE)
            .tcp_user_timeout(UNACKNOWLEDGED);
        let place = place(&config);
        let mut warnings = Vec::new();
        let tls = tls(&mut config, &asked, &place, &mut warnings)?;
        Ok(Self {
            config,
            tls,
            schema,
            place,
            warnings,
        })
    }

    /// A number of this schema's, for locks that are the whole database's.
    pub(crate) fn lock_number(&self) -> i64 {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(format!("quintet store {}", self.schema));
        let mut octets = [0; 8];
        octets.copy_from_slice(&digest[..8]);
        i64::from_be_bytes(octets)
    }
}

/// Options of a URL that the driver does not know.
struct Asked {
    verify: bool,
    authorities: Option<PathBuf>,
    schema: Option<String>,
}

/// Takes `sslrootcert`, `sslmode` where it asks for verification, and `schema`, which is our own, out of a URL.
fn without_ours(url: &str) -> (String, Asked) {
    let mut asked = Asked {
        verify: false,
        authorities: None,
        schema: None,
    };
    let Some((before, query)) = url.split_once('?') else {
        return (url.to_owned(), asked);
    };
    let others: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.split_once('=') {
            Some(("sslrootcert", path)) => {
                asked.authorities = Some(PathBuf::from(path.replace("%2F", "/").replace("%2f", "/")));
                false
            }
            Some(("schema", name)) => {
                asked.schema = Some(name.to_owned());
                false
            }
            Some(("sslmode", "verify-full" | "verify-ca")) => {
                asked.verify = true;
                false
            }
            _ => true,
        })
        .collect();
    (format!("{before}?{}", others.join("&")), asked)
}

fn is_plain_name(name: &str) -> bool {
    let plain = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_';
    (1..=MAX_SCHEMA_OCTETS).contains(&name.len())
        && name.bytes().all(plain)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("pg_")
}

fn place(config: &Config) -> String {
    let mut place = "postgresql://".to_owned();
    for (at, host) in config.get_hosts().iter().enumerate() {
        let port = config.get_ports().get(at).or(config.get_ports().first()).copied();
        let host = match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        let comma = if at == 0 { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(place, "{comma}{host}:{}", port.unwrap_or(5432));
    }
    for address in config
        .get_hostaddrs()
        .iter()
        .filter(|_| config.get_hosts().is_empty())
    {
        let _ = write!(place, "{address}");
    }
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    let _ = write!(place, "/{database}");
    place
}

/// Whether nothing leaves this machine on the way to the server.
fn is_local(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address = name
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    };
    config.get_hosts().iter().all(local) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

/// Decides on TLS: spoken wherever the way leaves this machine, and never without looking at the certificate.
fn tls(
    config: &mut Config,
    asked: &Asked,
    place: &str,
    warnings: &mut Vec<String>,
) -> Result<Option<Tls>, OpenError> {
    let wanted = asked.verify || asked.authorities.is_some() || config.get_ssl_mode() == SslMode::Require;
    if !wanted {
        if is_local(config) {
            config.ssl_mode(SslMode::Disable);
            return Ok(None);
        }
        if config.get_ssl_mode() == SslMode::Disable {
            warnings.push(format!(
                "the way to the database {place} leaves this machine without TLS (sslmode=disable): who listens there \
                 reads locations and identities and may change them; name an authority (sslrootcert=)"
            ));
            return Ok(None);
        }
    }
    let Some(path) = &asked.authorities else {
        return Err(OpenError::Tls(format!(
            "{place} is to be reached over TLS, and nothing says whose certificates to believe: name the authority's \
             (sslrootcert=/path/to/ca.pem)"
        )));
    };
    config.ssl_mode(SslMode::Require);
    Tls::of_authorities(path).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        match Address::new(url, &Options::default()) {
            Ok(address) => panic!("{} was taken", address.place),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_password_is_in_no_text() {
        for url in [
            "postgresql://u:hunter2@db.example/q",
            "postgresql://u:hunter2@db.example:port/q",
            "postgresql://u:hunter2@/q?hunter2=x",
            "host=db password=hunter2 hunter2",
        ] {
            let said = refused(url);
            assert!(!said.contains("hunter2"), "{said}");
        }
        let address = Address::new("postgresql://u:hunter2@localhost/q", &Options::default()).unwrap();
        assert_eq!(address.place, "postgresql://localhost:5432/q");
        assert_eq!(address.config.get_password(), Some(&b"hunter2"[..]));
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_or_said() {
        assert!(refused("postgresql://db.example/q").contains("sslrootcert"));
        assert!(refused("postgresql://localhost/q?sslmode=verify-full").contains("sslrootcert"));
        let disabled =
            Address::new("postgresql://db.example/q?sslmode=disable", &Options::default()).unwrap();
        assert!(disabled.tls.is_none() && disabled.warnings[0].contains("without TLS"));
        for local in ["localhost", "127.0.0.9", "%2Frun%2Fpostgresql"] {
            let address = Address::new(&format!("postgresql://{local}/q"), &Options::default()).unwrap();
            assert!(address.tls.is_none() && address.warnings.is_empty(), "{local}");
        }
    }

    #[test]
    fn a_schema_is_a_plain_name() {
        for schema in ["", "1x", "a-b", "a\"b", "Quintet", "pg_catalog"] {
            let options = Options {
                schema: schema.to_owned(),
                ..Options::default()
            };
            assert!(
                Address::new("postgresql://localhost/q", &options).is_err(),
                "{schema}"
            );
        }
    }
}

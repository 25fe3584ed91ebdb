//! Where the database is, as an operator writes it.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::error::PostgresError;

/// How long a connection is waited for. A server that is down answers nothing at all.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// How long what was sent may go unanswered by the other machine before the connection counts as cut.
const UNANSWERED_MAX: Duration = Duration::from_secs(5);

/// Where the database is: `postgres://user@host:port/name`, also with several hosts of which one is the primary.
#[derive(Clone)]
pub struct PostgresAddress {
    pub(super) config: Config,
    /// Each of its hosts alone.
    pub(super) hosts: Vec<Config>,
    /// Whether the connection is encrypted, and the other side has to prove its name.
    pub(super) is_encrypted: bool,
    /// The authority that vouches for it, where that is not one that the machine trusts.
    pub(super) authority: Option<PathBuf>,
}

/// What a URL of a PostgreSQL begins with.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

impl PostgresAddress {
    /// Whether that is written as an address of a PostgreSQL, right or wrong.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        SCHEMES.iter().any(|scheme| text.starts_with(scheme))
    }

    /// The address that a URL says. `password` is used where the URL has none: what is on a command line can be read by
    /// everybody on the machine.
    ///
    /// Connections to this machine are not encrypted, all others are and check the other side's certificate against its
    /// name, as with `sslmode=verify-full`; `sslrootcert=FILE` names an authority that the machine doesn't trust.
    ///
    /// # Errors
    /// [`PostgresError::Address`], with what is wrong with it.
    pub fn parse(url: &str, password: Option<&str>) -> Result<Self, PostgresError> {
        let wrong = |why: String| PostgresError::Address { why };
        let (plain, parameters) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authority, mut kept) = (None, None, Vec::new());
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value.to_owned()),
                Some(("sslrootcert", value)) => authority = Some(PathBuf::from(value)),
                Some(("options" | "target_session_attrs", _)) => {
                    return Err(wrong(format!("{parameter}: the store sets that by itself; leave it out")));
                }
                _ => kept.push(parameter),
            }
        }
        let rest = if kept.is_empty() { plain.to_owned() } else { format!("{plain}?{}", kept.join("&")) };
        let read = |url: &str| url.parse::<Config>().map_err(|error| wrong(reason(&error)));
        let mut config = read(&rest)?;
        let mut hosts = alone(&rest).iter().map(|url| read(url)).collect::<Result<Vec<_>, _>>()?;
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host: write postgres://USER@HOST/DATABASE".to_owned()));
        }
        if config.get_dbname().is_none() {
            return Err(wrong("it names no database: write postgres://USER@HOST/DATABASE".to_owned()));
        }
        let is_encrypted = match (mode.as_deref(), stays_on_this_machine(&config)) {
            (Some("verify-full"), _) | (None, false) => true,
            (Some("disable"), true) | (None, true) => false,
            (Some(mode), true) => {
                return Err(wrong(format!("sslmode={mode}: on this machine write `disable` or `verify-full`")));
            }
            (Some(mode), false) => {
                return Err(wrong(format!(
                    "sslmode={mode} would speak to whoever answers: leave it out, or write `verify-full`; an authority \
                     of your own is named by `sslrootcert=FILE`"
                )));
            }
        };
        for config in hosts.iter_mut().chain([&mut config]) {
            if let Some(password) = password.filter(|_| config.get_password().is_none()) {
                config.password(password);
            }
            config
                .ssl_mode(if is_encrypted { SslMode::Require } else { SslMode::Disable })
                .target_session_attrs(TargetSessionAttrs::ReadWrite)
                .connect_timeout(CONNECT_MAX)
                .tcp_user_timeout(UNANSWERED_MAX)
                .keepalives_idle(UNANSWERED_MAX);
        }
        Ok(Self { config, hosts, is_encrypted, authority })
    }

    /// The address without user and password, for people and logs.
    #[must_use]
    pub fn shown(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate().map(|(index, host)| {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(folder) => folder.display().to_string(),
            }
        });
        let hosts: Vec<_> = hosts.collect();
        format!("{}/{}", hosts.join(","), self.config.get_dbname().unwrap_or_default())
    }
}

/// The URL with each of the hosts alone that stand before its path.
fn alone(url: &str) -> Vec<String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let at = if authority.contains('@') { "@" } else { "" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}{path}")).collect()
}

fn reason(error: &tokio_postgres::Error) -> String {
    // What is wrong stands in the cause, and its own text says only where it was found.
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Whether what is sent leaves the machine nowhere: `hostaddr` says where a host's name leads.
fn stays_on_this_machine(config: &Config) -> bool {
    let addresses = config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback);
    addresses && config.get_hosts().iter().all(is_this_machine)
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn why(url: &str) -> String {
        PostgresAddress::parse(url, None).err().unwrap().to_string()
    }

    #[test]
    fn what_goes_to_another_machine_is_encrypted_to_whom_it_is_meant_for() {
        for (url, is_encrypted) in [
            ("postgres://refund@127.0.0.1:5433/refund", false),
            ("postgres://refund@[::1]/refund", false),
            ("postgresql://refund@localhost/refund?sslmode=verify-full", true),
            ("postgres://refund@localhost/refund?host=/run/postgresql", false),
            ("postgres://refund@db.example/refund", true),
            ("postgres://refund@localhost/refund?hostaddr=192.0.2.9", true),
            ("postgres://refund@localhost,db.example/refund", true),
            ("postgres://refund@db.example/refund?sslrootcert=/etc/authority.pem&sslmode=verify-full", true),
        ] {
            let address = PostgresAddress::parse(url, None).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(address.is_encrypted, is_encrypted, "{url}");
        }
        assert!(why("postgres://refund@db.example/refund?sslmode=require").contains("whoever answers"));
        assert!(why("postgres://refund@db.example/refund?sslmode=disable").contains("whoever answers"));
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_and_no_password_is() {
        assert!(why("postgres://refund@/refund").contains("no host"));
        assert!(why("postgres://refund@localhost").contains("no database"));
        assert!(why("postgres://refund@localhost/refund?options=-c%20fsync=off").contains("by itself"));
        assert!(why("postgres://refund@localhost:99999/refund").contains("port"));
        let address = PostgresAddress::parse("postgres://a:hidden@one,two:5433/refund", None).unwrap();
        assert_eq!(address.shown(), "one:5432,two:5433/refund");
        let alone = alone("postgres://a:h@dden@one,[::1]:5433/refund?x=1,2");
        assert_eq!(alone, ["postgres://a:h@dden@one/refund?x=1,2", "postgres://a:h@dden@[::1]:5433/refund?x=1,2"]);
        assert_eq!(super::alone("postgres://localhost?host=/run"), ["postgres://localhost?host=/run"]);
    }

    #[test]
    fn a_password_beside_the_address_is_used_where_it_has_none() {
        let password =
            |url| PostgresAddress::parse(url, Some("beside")).unwrap().config.get_password().unwrap().to_vec();
        assert_eq!(password("postgres://refund@localhost/refund"), b"beside");
        assert_eq!(password("postgres://refund:own@localhost/refund"), b"own");
    }
}

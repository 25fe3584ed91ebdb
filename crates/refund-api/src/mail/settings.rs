//! By which mail server notices are mailed, as whoever starts the server says it.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::Url;

use super::encryption::Encryption;
use super::server::MailServer;
use crate::secrets;

const SUBMISSION: u16 = 587;
const SUBMISSION_BY_TLS: u16 = 465;
const ON_THIS_MACHINE: u16 = 25;

/// By which mail server notices are mailed, if any.
#[derive(Debug, Clone, Default, Args)]
pub struct MailSettings {
    /// Mail notices by this server: smtps://USER@HOST, or smtp://USER@HOST, which has to do STARTTLS unless it is on this
    /// machine.
    #[arg(long, value_name = "URL", requires = "mail_from")]
    pub smtp_url: Option<String>,
    /// The file with the password of the mail server's user.
    #[arg(long, value_name = "FILE", requires = "smtp_url")]
    pub smtp_password_file: Option<PathBuf>,
    /// From whom mail is: an address, such as "Example Shop <refunds@example.com>".
    #[arg(long, value_name = "ADDRESS", requires = "smtp_url")]
    pub mail_from: Option<Mailbox>,
}

/// Why no mail can be sent as it is said. What was typed may hold a password, and is not said again.
#[derive(Debug, thiserror::Error)]
pub enum InvalidMailSettings {
    /// No address of a mail server.
    #[error(
        "--smtp-url takes the address of a mail server, smtps://USER@HOST or smtp://USER@HOST, and nothing behind it"
    )]
    NotAServer,
    /// A password where others can read it.
    #[error(
        "--smtp-url holds a password, which others on this machine can read: put it into a file, --smtp-password-file"
    )]
    PasswordInUrl,
    /// A user without a password, or the other way round.
    #[error(
        "a mail server's user needs a password and a password a user: --smtp-url smtps://USER@HOST with --smtp-password-file"
    )]
    HalfASignIn,
    /// Nobody whom mail is from.
    #[error("--smtp-url needs --mail-from: from whom mail is")]
    FromNobody,
    /// The password can't be read.
    #[error("{}: {error}", file.display())]
    Password {
        /// In which file.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// There is no TLS on this machine.
    #[error("TLS to the mail server is not possible here: {0}")]
    NoTls(String),
}

/// Where a mail server is, and as whom it is signed in to.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    host: String,
    port: u16,
    encryption: Encryption,
    user: Option<String>,
}

impl MailSettings {
    /// The mail server, if there is one.
    ///
    /// # Errors
    /// [`InvalidMailSettings`].
    pub(crate) fn read(&self) -> Result<Option<MailServer>, InvalidMailSettings> {
        let Some(url) = &self.smtp_url else { return Ok(None) };
        let from = self.mail_from.clone().ok_or(InvalidMailSettings::FromNobody)?;
        let Place { host, port, encryption, user } = place(url)?;
        let read = |file: &PathBuf| {
            secrets::read(file).map_err(|error| InvalidMailSettings::Password { file: file.clone(), error })
        };
        let password = self.smtp_password_file.as_ref().map(read).transpose()?;
        let credentials = match (user, password) {
            (Some(user), Some(password)) => Some(Credentials::new(user, password)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(InvalidMailSettings::HalfASignIn),
        };
        let server = MailServer::new(host, port, encryption, credentials, from);
        server.map(Some).map_err(|error| InvalidMailSettings::NoTls(error.to_string()))
    }
}

fn place(url: &str) -> Result<Place, InvalidMailSettings> {
    let url = Url::parse(url).map_err(|_| InvalidMailSettings::NotAServer)?;
    if url.password().is_some() {
        return Err(InvalidMailSettings::PasswordInUrl);
    }
    let host = url.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']').to_owned());
    let host = host.filter(|host| !host.is_empty()).ok_or(InvalidMailSettings::NotAServer)?;
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let (encryption, usual) = match url.scheme() {
        "smtps" => (Encryption::Tls, SUBMISSION_BY_TLS),
        "smtp" if is_here => (Encryption::None, ON_THIS_MACHINE),
        "smtp" => (Encryption::StartTls, SUBMISSION),
        _ => return Err(InvalidMailSettings::NotAServer),
    };
    let has_more = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
    let user = percent_decode_str(url.username()).decode_utf8().map_err(|_| InvalidMailSettings::NotAServer)?;
    if has_more || user.chars().any(char::is_control) {
        return Err(InvalidMailSettings::NotAServer);
    }
    let user = (!user.is_empty()).then(|| user.into_owned());
    Ok(Place { host, port: url.port().unwrap_or(usual), encryption, user })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_the_net_without_tls() {
        let read = |url: &str| {
            let Place { host, port, encryption, user } = place(url).unwrap();
            format!("{host} {port} {encryption:?} {}", user.unwrap_or_default())
        };
        assert_eq!(read("smtps://kim%40shop@mail.example.com"), "mail.example.com 465 Tls kim@shop");
        assert_eq!(read("smtp://mail.example.com"), "mail.example.com 587 StartTls ");
        assert_eq!(read("smtp://192.0.2.1:25/"), "192.0.2.1 25 StartTls ");
        assert_eq!(read("smtp://localhost.example.com"), "localhost.example.com 587 StartTls ");
        for here in ["localhost", "127.0.0.1", "[::1]"] {
            assert!(read(&format!("smtp://{here}:2525")).ends_with(" 2525 None "), "{here}");
        }
    }

    #[test]
    fn what_is_no_mail_server_is_not_taken_and_not_said_again() {
        for url in [
            "",
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp:mail",
            "smtp://h/inbox",
            "smtp://h?x=1",
        ] {
            assert!(matches!(place(url), Err(InvalidMailSettings::NotAServer)), "{url}");
        }
        let error = place("smtps://kim:hunter2@mail.example.com").unwrap_err();
        assert!(matches!(error, InvalidMailSettings::PasswordInUrl) && !error.to_string().contains("hunter2"));
        assert!(matches!(place("smtps://a%0d%0ab@mail.example.com"), Err(InvalidMailSettings::NotAServer)));
    }

    #[test]
    fn a_user_and_a_password_come_together() {
        let settings = MailSettings {
            smtp_url: Some("smtps://kim@mail.example.com".to_owned()),
            smtp_password_file: None,
            mail_from: Some("refunds@example.com".parse().unwrap()),
        };
        assert!(matches!(settings.read(), Err(InvalidMailSettings::HalfASignIn)));
        assert!(MailSettings::default().read().unwrap().is_none());
    }
}

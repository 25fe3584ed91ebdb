//! What stands between the server and a mail server, and what helps.

use std::error::Error;
use std::io;

use lettre::transport::smtp;
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

use super::encryption::Encryption;

/// What is said of a mail server that has nothing but what anybody on the way can read.
pub(super) const NO_STARTTLS: &str = "it offers no STARTTLS, and nothing is sent without TLS: let it, or give smtps:// as \
                                      --smtp-url where it speaks TLS from the first byte";

/// Why there is no connection. What helps comes first, because long words of a library's are cut off.
pub(super) fn told(error: &(dyn Error + 'static), encryption: Encryption) -> String {
    let Some(error) = of_tls(error) else { return error.to_string() };
    match helps(error, encryption) {
        Some(helps) => format!("{helps} ({error})"),
        None => error.to_string(),
    }
}

/// What is said where nobody says anything.
pub(super) fn silent(encryption: Encryption) -> &'static str {
    match encryption {
        Encryption::StartTls => "; where it speaks TLS from the first byte, give smtps:// as --smtp-url",
        Encryption::None | Encryption::Tls => "",
    }
}

/// Why nobody is signed in.
pub(super) fn not_signed_in(error: &smtp::Error) -> String {
    let helps = if error.is_permanent() {
        ": it does not take the user in --smtp-url with the password in --smtp-password-file"
    } else {
        ""
    };
    format!("{error}{helps}")
}

fn helps(error: &TlsError, encryption: Encryption) -> Option<&'static str> {
    use CertificateError::{Expired, ExpiredContext, NotValidForName, NotValidForNameContext};
    use CertificateError::{NotValidYet, NotValidYetContext, UnknownIssuer};
    let TlsError::InvalidCertificate(why) = error else {
        return matches!(error, TlsError::InvalidMessage(_)).then_some(match encryption {
            Encryption::Tls => {
                "it speaks no TLS from the first byte: give smtp:// as --smtp-url, which does STARTTLS on its port"
            }
            Encryption::None | Encryption::StartTls => {
                "what it says once TLS begins is none: somebody on the way may change what is said"
            }
        });
    };
    if matches!(why, NotValidForName | NotValidForNameContext { .. }) {
        Some("its certificate is for another name: give the name that it is for in --smtp-url")
    } else if matches!(why, Expired | ExpiredContext { .. }) {
        Some("its certificate has expired: it has to be renewed there")
    } else if matches!(why, NotValidYet | NotValidYetContext { .. }) {
        Some("its certificate is not valid yet: look at the clocks there and here")
    } else if *why == UnknownIssuer {
        Some(
            "its certificate is signed by nobody whom this machine trusts: add who signed it to the certificates of this \
             system, or name a file with it in SSL_CERT_FILE",
        )
    } else {
        None
    }
}

/// What TLS says among the causes of an error. What an error of a connection is made of is not its cause.
fn of_tls<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

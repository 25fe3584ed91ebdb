//! Mail: the notices that the server sends by itself (R41).
//!
//! What is to be sent, when, and how often stands in the book of webhooks (`webhooks/by_mail.rs`). Here is what carries it.

mod message;
mod server;
mod settings;
mod tool;

use std::sync::Arc;

use lettre::message::Mailbox;
use refund_core::EmailAddress;
use refund_store::Attempt;

use self::message::Named;
use self::server::{MailServer, NotTaken};
pub use self::settings::{InvalidMailSettings, MailSettings};
pub use self::tool::MailTool;
use crate::app::App;
use crate::machine::clock::{Stopwatch, system_now};
use crate::pages::Letter;
use crate::problem::Problem;
use crate::webhooks::{Carried, Courier, Outgoing, address, told_of};
use crate::wire::code::ApiCode;

/// How much of what a mail server says is kept, in characters.
const KEPT_MAX: usize = 500;

/// Carries notices by a mail server.
pub(crate) struct Mailer {
    app: Arc<App>,
    server: MailServer,
}

impl Mailer {
    pub(crate) fn of(app: &Arc<App>, server: MailServer) -> Arc<dyn Courier> {
        Arc::new(Self { app: app.clone(), server })
    }

    async fn carried(&self, outgoing: &Outgoing) -> Result<Attempt, Problem> {
        let Outgoing { refund, number, notice, now } = outgoing;
        let events = told_of(&self.app.engine, refund, notice).await?;
        let letter = Letter::to_buyer(&self.app, refund, notice, &events, *now)?;
        let stopwatch = Stopwatch::start();
        let answer = match address(refund, notice.to).map(mailbox) {
            Some(Ok(to)) => {
                let named = Named { refund_id: &refund.id, number: *number };
                let message = message::notice(&self.server.from, to, &named, letter, system_now());
                let message = message.map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))?;
                self.server.send(message.envelope(), &message.formatted()).await
            }
            // As mail servers say of an address that they can't read.
            Some(Err(why)) => Err(NotTaken::Refused(553, why)),
            None => Err(NotTaken::Refused(553, "there is no address".to_owned())),
        };
        let duration_ms = u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let attempt = Attempt { at: *now, status: None, error: None, duration_ms, response: String::new() };
        Ok(match answer {
            Ok((code, said)) | Err(NotTaken::Refused(code, said)) => {
                Attempt { status: Some(code), response: in_a_line(&said), ..attempt }
            }
            Err(NotTaken::Away(why)) => Attempt { error: Some(in_a_line(&why)), ..attempt },
        })
    }
}

impl Courier for Mailer {
    fn carry<'a>(&'a self, outgoing: &'a Outgoing) -> Carried<'a> {
        Box::pin(self.carried(outgoing))
    }
}

fn mailbox(address: &EmailAddress) -> Result<Mailbox, String> {
    let address = address.as_str().parse().map_err(|error: lettre::address::AddressError| error.to_string())?;
    Ok(Mailbox::new(None, address))
}

/// The beginning of what a mail server said, as text that can be shown anywhere.
fn in_a_line(said: &str) -> String {
    said.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(KEPT_MAX).collect()
}

#[cfg(test)]
mod tests;

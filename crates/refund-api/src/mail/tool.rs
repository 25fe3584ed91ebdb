//! Trying how notices are mailed: `refund-api notices`.

use clap::{Args, Subcommand};
use refund_core::EmailAddress;

use super::server::NotTaken;
use super::settings::MailSettings;
use super::{in_a_line, mailbox, message};
use crate::machine::clock::system_now;

/// Trying how notices are mailed.
#[derive(Debug, Clone, Subcommand)]
pub enum MailTool {
    /// Send one mail to an address and say what the mail server answered.
    Test(Test),
}

/// A mail that only tries whether mail arrives.
#[derive(Debug, Clone, Args)]
pub struct Test {
    /// To whom.
    #[arg(long, value_name = "ADDRESS")]
    to: EmailAddress,
    #[command(flatten)]
    mail: MailSettings,
}

impl MailTool {
    /// Does it, and says what came of it.
    ///
    /// # Errors
    /// Why the mail was not taken.
    pub async fn run(&self) -> Result<String, String> {
        let Self::Test(Test { to, mail }) = self;
        let server = mail.read().map_err(|error| error.to_string())?;
        let server = server.ok_or("by which mail server? Give --smtp-url and --mail-from, as to refund-api serve")?;
        let message = message::test(&server.from, mailbox(to)?, system_now()).map_err(|error| error.to_string())?;
        match server.send(message.envelope(), &message.formatted()).await {
            Ok((code, said)) => Ok(format!("TAKEN: the mail server answered {code} {}", in_a_line(&said))),
            Err(NotTaken::Refused(code, said)) => Err(format!("the mail server answered {code} {}", in_a_line(&said))),
            Err(NotTaken::Unanswered(why) | NotTaken::Away(why)) => Err(in_a_line(&why)),
        }
    }
}

//! Mail: the notices that the server sends by itself (R41).
//!
//! What is to be sent, when, and how often stands in the book of webhooks (`webhooks/by_mail.rs`). Here is what carries it.

mod bounded;
mod encryption;
mod message;
mod server;
mod settings;
mod tool;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use lettre::message::Mailbox;
use refund_core::{EmailAddress, Event};
use refund_store::Attempt;
use tokio::sync::watch;

use self::message::Named;
use self::server::{MailServer, NotTaken};
pub use self::settings::{InvalidMailSettings, MailSettings};
pub use self::tool::MailTool;
use crate::app::App;
use crate::machine::clock::{Stopwatch, system_now};
use crate::pages::{Letter, Liking};
use crate::problem::Problem;
use crate::webhooks::{Carriage, Carried, Courier, Left, NEVER, NO_ADDRESS, Outgoing, Recipient, told_of};
use crate::wire::code::ApiCode;

/// How much of what a mail server says is kept, in characters.
const KEPT_MAX: usize = 500;
/// How long a word of it may be, in characters: the secret part of a link alone is longer.
const WORD_MAX: usize = 40;

/// How long a mail under way is waited for when the server stops: less than whoever sends waits for it.
const STOPPING_MAX: Duration = Duration::from_secs(3);

/// Carries notices by a mail server.
pub(crate) struct Mailer {
    app: Arc<App>,
    server: MailServer,
}

impl Mailer {
    pub(crate) fn of(app: &Arc<App>, server: MailServer) -> Arc<dyn Courier> {
        Arc::new(Self { app: app.clone(), server })
    }

    /// To all of the recipients at once, so that a slow one keeps none waiting: to each a mail of their own, which names
    /// nobody else.
    async fn carried(&self, outgoing: &Outgoing) -> Result<Carriage, Problem> {
        let Outgoing { refund, notice, recipients, now, .. } = outgoing;
        let events = told_of(&self.app.engine, refund, notice).await?;
        let stopwatch = Stopwatch::start();
        let answers = try_join_all(recipients.iter().map(|to| self.carried_to(to, outgoing, &events))).await?;
        let (answers, left): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        let was_there = answers.is_empty() || answers.iter().any(|answer| !matches!(answer, Err(NotTaken::Away(_))));
        let left = left.into_iter().max().unwrap_or(Left::Nothing);
        let named = |is_so: fn(&Answer) -> bool| {
            let those = recipients.iter().zip(&answers).filter(|(_, answer)| is_so(answer));
            those.map(|(recipient, _)| recipient.name()).collect()
        };
        let (reached, given_up) = (named(Answer::is_ok), named(is_refused));
        // No endpoint was asked to send it either: that nobody is told has to be said.
        let nobody = || Err(NotTaken::Refused(NO_ADDRESS, "there is nobody to send it to".into()));
        let answer = answers.into_iter().reduce(better).unwrap_or_else(nobody);
        let duration_ms = u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let attempt = Attempt { duration_ms, reached, given_up, cut_off: left == Left::Rest, ..Attempt::begun(*now) };
        let attempt = match answer {
            Ok((code, said)) | Err(NotTaken::Refused(code, said)) => {
                Attempt { status: Some(code), response: in_a_line(&said), ..attempt }
            }
            Err(NotTaken::Unanswered(why) | NotTaken::Away(why)) => Attempt { error: Some(in_a_line(&why)), ..attempt },
        };
        Ok(Carriage { attempt, was_there, left })
    }

    async fn carried_to(
        &self,
        to: &Recipient,
        outgoing: &Outgoing,
        events: &[Event],
    ) -> Result<(Answer, Left), Problem> {
        let Outgoing { refund, number, notice, now, .. } = outgoing;
        let liking = Liking { language: to.language.as_ref(), time_zone: to.time_zone.as_ref() };
        let letter = Letter::new(&self.app, refund, notice, events, liking, *now)?;
        let to = match mailbox(&to.email) {
            Ok(to) => to,
            Err(why) => return Ok((Err(NotTaken::Refused(NO_ADDRESS, why)), Left::Nothing)),
        };
        let named = Named { refund_id: &refund.id, number: *number };
        let message = message::notice(&self.server.from, to, &named, letter, system_now());
        let message = message.map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))?;
        let (envelope, mail) = (message.envelope(), message.formatted());
        Ok(tokio::select! {
            answer = self.server.send(envelope, &mail) => {
                let left = left(&answer);
                (answer, left)
            }
            () = self.stopped() => (Err(NotTaken::Unanswered("the server stopped before it".to_owned())), Left::Rest),
        })
    }

    /// Until the server has stopped for so long that what is answered by now has to be written down.
    async fn stopped(&self) {
        // Whoever tells it is gone where it has stopped.
        let _ = self.app.engine.stopping().wait_for(|stops| *stops).await;
        tokio::time::sleep(STOPPING_MAX).await;
    }
}

/// What a mail server said to a mail.
type Answer = Result<(u16, String), NotTaken>;

/// Which of two answers stands for both: a notice is taken where one of its recipients gets it, and given up only where
/// all are refused for good.
fn better(one: Answer, other: Answer) -> Answer {
    let worth = |answer: &Answer| match answer {
        Ok(_) => 4,
        Err(NotTaken::Refused(code, _)) if *code < NEVER => 3,
        Err(NotTaken::Unanswered(_)) => 2,
        Err(NotTaken::Away(_)) => 1,
        Err(NotTaken::Refused(..)) => 0,
    };
    if worth(&other) > worth(&one) { other } else { one }
}

/// Whether a mail server will never take it.
fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Err(NotTaken::Refused(code, _)) if *code >= NEVER)
}

/// What is left to do for a recipient who was answered so.
fn left(answer: &Answer) -> Left {
    match answer {
        Ok(_) => Left::Nothing,
        Err(NotTaken::Refused(..)) if is_refused(answer) => Left::Nothing,
        Err(NotTaken::Refused(..) | NotTaken::Unanswered(_) | NotTaken::Away(_)) => Left::Another,
    }
}

impl Courier for Mailer {
    fn carry<'a>(&'a self, outgoing: &'a Outgoing) -> Carried<'a> {
        Box::pin(self.carried(outgoing))
    }

    fn reached(&self) -> watch::Receiver<()> {
        self.server.reached()
    }
}

fn mailbox(address: &EmailAddress) -> Result<Mailbox, String> {
    let address = address.as_str().parse().map_err(|error: lettre::address::AddressError| error.to_string())?;
    Ok(Mailbox::new(None, address))
}

/// The beginning of what a mail server said, as text that can be shown anywhere. Filters repeat what they object to, and a
/// buyer's link is all that one needs to act as the buyer: words as long as one are left out. So are addresses, which the
/// refund alone has, so that they can be erased with it.
fn in_a_line(said: &str) -> String {
    let is_apart = |sign: char| sign.is_whitespace() || sign.is_control();
    let words = said.split(is_apart).filter(|word| !word.is_empty());
    let is_left_out = |word: &str| word.chars().count() > WORD_MAX || word.contains('@');
    let words = words.map(|word| if is_left_out(word) { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(KEPT_MAX).collect()
}

#[cfg(test)]
mod what_is_kept {
    use super::in_a_line;

    #[test]
    fn no_link_and_no_address_is_kept_of_what_a_mail_server_says() {
        let link = "https://refunds.example.com/b/lnk_rfd_06h2s999108ra2vgev26i0ad.1.eMezFNsWmhXC8qr3JtPzRXKRJGDCPaLkViJdfVs8_zo";
        for said in [format!("5.7.1 spam: bad link {link}"), format!("5.7.1 spam:\r\nbad\0link <{link}>")] {
            assert_eq!(in_a_line(&said), "5.7.1 spam: bad link …");
        }
        let token = &link[28..];
        assert_eq!(in_a_line(token), "…");
        assert_eq!(in_a_line("<somebody@example.com>: mailbox full"), "… mailbox full");
    }
}

#[cfg(test)]
mod tests;

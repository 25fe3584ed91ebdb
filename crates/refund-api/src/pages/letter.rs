//! A notice as its reader gets it by mail (R41): in their language, as text and as a page that needs nothing from
//! elsewhere.

use askama::Template;
use chrono_tz::Tz;
use refund_core::{Deadline, Event, LanguageTag, Notice, Refund, Role, TimeZoneName, Timestamp};

use super::reader::{Reader, Theme};
use super::text::{Language, turns};
use super::view::{DeadlineView, Known, Moment, RefundView, moments};
use crate::app::App;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// How much of what goods are called stands in a subject, in characters.
const TITLE_MAX: usize = 80;

/// What is mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) language: &'static str,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

#[derive(Template)]
#[template(path = "pages/mail/notice.txt")]
struct Text<'l>(&'l Told);

#[derive(Template)]
#[template(path = "pages/mail/notice.html")]
struct Html<'l>(&'l Told);

/// What both forms tell.
struct Told {
    reader: Reader,
    title: String,
    about: String,
    status: String,
    /// What happened, in order.
    moments: Vec<Moment>,
    /// What its reader has to do by when, and what happens if they don't.
    own: Vec<DeadlineView>,
    /// What others have to do, where nothing is to be done by its reader.
    others: Vec<DeadlineView>,
    /// What the link leads to, and what is to be known of the mail.
    open: String,
    automatic: String,
    /// In which time zone its instants are.
    times: String,
    link: String,
}

/// How its reader likes to read it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Liking<'r> {
    pub(crate) language: Option<&'r LanguageTag>,
    pub(crate) time_zone: Option<&'r TimeZoneName>,
}

impl Letter {
    /// A notice to one of its recipients of these events, as they like to read it as far as there is that; the refund as it
    /// is now.
    pub(crate) fn new(
        app: &App,
        refund: &Refund,
        notice: &Notice,
        events: &[Event],
        liking: Liking<'_>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let (to, language) = (notice.to, language(liking.language));
        let zone = liking.time_zone.and_then(|name| name.as_str().parse::<Tz>().ok());
        let reader = Reader { language, theme: Theme::Auto, zone, now, time_passes: true };
        let settings = app.engine.settings();
        let reasons = settings.reasons(Some(&refund.seller_id));
        let view = RefundView::new(&reader, &reasons, refund, to);
        let seller = settings.seller(&refund.seller_id).map(|seller| seller.name.to_string()).unwrap_or_default();
        let of = [("order", view.order_id.as_str().into()), ("seller", seller.into())];
        // A mail may go days after its notice was asked for: what has been decided since is to be done by nobody.
        let named = |running: &Deadline| notice.deadlines.iter().any(|named| named.kind == running.kind);
        let running: Vec<_> = refund.deadlines().into_iter().filter(named).collect();
        let own = running.iter().map(|own| DeadlineView {
            what: reader.term("mail-do", own.kind.as_str()),
            ..DeadlineView::new(&reader, own, refund)
        });
        let own: Vec<_> = own.collect();
        let known = Known { reader: &reader, settings: &settings, role: to, reasons: &reasons, files: &[] };
        let told = Told {
            about: clean(&language.say("mail-about", &of)),
            status: view.status,
            moments: moments(&known, events),
            others: if own.is_empty() { view.deadlines } else { Vec::new() },
            own,
            open: reader.term("mail-open", to.as_str()),
            automatic: reader.term("mail-automatic", to.as_str()),
            times: match zone {
                Some(zone) => reader.say_with("mail-times-of", "zone", zone.name()),
                None => reader.say("mail-times"),
            },
            link: link(app, refund, to),
            title: clean(&view.title),
            reader,
        };
        let what = told.moments.last().map(|moment| moment.title.as_str()).unwrap_or_default();
        let title: String = told.title.chars().take(TITLE_MAX).collect();
        let subject = language.say("mail-subject", &[("what", what.into()), ("title", title.into())]);
        Ok(Self {
            language: language.tag(),
            subject: in_a_line(&subject),
            text: clean(&rendered(&Text(&told))?),
            html: clean(&rendered(&Html(&told))?),
        })
    }
}

/// Where its reader goes on: the buyer by a link that is enough to act, everybody else by signing in.
pub(super) fn link(app: &App, refund: &Refund, to: Role) -> String {
    match to {
        Role::Buyer => app.buyer_link(&refund.id).url,
        Role::Seller | Role::Operator | Role::Platform | Role::System => app.page_of(&refund.id),
    }
}

fn rendered(template: &impl Template) -> Result<String, Problem> {
    template.render().map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))
}

/// In which of the languages that there are somebody is written to.
fn language(wanted: Option<&LanguageTag>) -> Language {
    wanted.and_then(|tag| Language::from_tag(tag.as_str())).unwrap_or(Language::En)
}

/// Without the signs that turn the direction of what stands beside them: a mail is read in programs that nobody here
/// knows, and what people wrote stands in the middle of it.
fn clean(text: &str) -> String {
    text.chars().filter(|sign| !turns(*sign)).collect()
}

/// The same for a header: nothing in it can end the line.
fn in_a_line(text: &str) -> String {
    clean(text).chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_write_ends_a_line_of_a_header_or_turns_the_others() {
        assert_eq!(in_a_line("bin\r\nBcc: x@example.com"), "bin  Bcc: x@example.com");
        assert_eq!(in_a_line("\u{202e}nib\u{2066} בין \u{200f}"), "nib בין ");
        assert_eq!(clean("two\nlines"), "two\nlines");
    }

    #[test]
    fn whoever_is_written_to_is_in_a_language_that_there_is() {
        let in_language = |tag: Option<&str>| language(tag.map(|tag| tag.parse().unwrap()).as_ref()).tag();
        assert_eq!([None, Some("fr"), Some("en-GB")].map(in_language), ["en"; 3]);
        assert_eq!([Some("zh-TW"), Some("zh-Hans"), Some("yue")].map(in_language), ["zh-Hant", "zh-Hans", "zh-Hant"]);
    }
}

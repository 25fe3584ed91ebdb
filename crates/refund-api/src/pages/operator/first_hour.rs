//! The first hour: what an operator does on an empty server, ticked off by what the server knows. Nothing is kept of it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{ListedReason, ReasonFor, SellerId};
use refund_store::{Key, KeyRole, Query, User};

use crate::app::App;
use crate::pages::frame::{Frame, shown};
use crate::pages::reader::Reader;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// With that many refunds the first hour is over, whatever was left out of it.
const REFUNDS: usize = 10;

#[derive(Template)]
#[template(path = "pages/operator/first-hour.html")]
struct Page {
    page: Frame,
    steps: Vec<StepView>,
}

struct StepView {
    title: String,
    means: String,
    /// Whether it is done, where the server can know.
    is_done: Option<bool>,
    /// What is typed in a terminal for it.
    commands: Vec<String>,
    /// The page on which it is done: its path, and what it is called.
    place: Option<(&'static str, String)>,
}

/// A step, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Seller,
    Person,
    Key,
    Refund,
    Webhooks,
    Mail,
    Backup,
}

impl Step {
    const ALL: [Self; 7] =
        [Self::Seller, Self::Person, Self::Key, Self::Refund, Self::Webhooks, Self::Mail, Self::Backup];

    /// Its name in the texts, and where it is done: the page, and the name of the link there.
    fn place(self) -> (&'static str, Option<(&'static str, &'static str)>) {
        match self {
            Self::Seller => ("seller", Some(("/operator/sellers", "nav-sellers"))),
            Self::Person => ("person", Some(("/people", "nav-people"))),
            Self::Key => ("key", Some(("/operator/keys", "nav-keys"))),
            Self::Refund => ("refund", Some(("/refunds", "nav-refunds"))),
            Self::Webhooks => ("webhooks", Some(("/operator/webhooks", "nav-webhooks"))),
            Self::Mail => ("mail", Some(("/operator/policy", "nav-policy"))),
            Self::Backup => ("backup", None),
        }
    }

    /// Whether it is done; nothing where no server knows it.
    fn is_done(self, app: &App, refunds: usize) -> Option<bool> {
        let (settings, now) = (app.engine.settings(), app.engine.store().now());
        let came_in = |user: &User| user.role.seller_id().is_some() && user.password.is_some();
        let is_used = |key: &Key| {
            let is_good = key.revoked_at.is_none() && !key.has_expired(now);
            key.role == KeyRole::Platform && is_good && app.uses.last(key).is_some()
        };
        match self {
            Self::Seller => Some(!settings.sellers(None, 1).is_empty()),
            Self::Person => Some(settings.users().iter().any(|user| came_in(user))),
            Self::Key => Some(settings.keys().iter().any(|key| is_used(key))),
            Self::Refund => Some(refunds > 0),
            Self::Webhooks => Some(settings.webhooks().iter().any(|webhook| webhook.disabled.is_none())),
            Self::Mail => Some(app.webhooks.mails() && settings.policy.makes_notices()),
            Self::Backup => None,
        }
    }

    fn commands(self, app: &App) -> Vec<String> {
        match self {
            Self::Key => trying_a_key(&app.public_url).into(),
            Self::Refund => vec![test_refund(app)],
            Self::Mail => vec![MAIL.to_owned()],
            Self::Backup if app.engine.store().is_shared() => vec![BACKUP_OF_A_DATABASE.to_owned()],
            Self::Backup => vec![BACKUP.to_owned()],
            Self::Seller | Self::Person | Self::Webhooks => Vec::new(),
        }
    }
}

const MAIL: &str = "refund-api serve … --smtp-url smtps://USER@mail.example.com --smtp-password-file FILE \\\n  \
                    --mail-from 'Example Shop <refunds@example.com>'";
const BACKUP: &str = "refund-api store backup --data /var/lib/refund --to /backup/refund";
const BACKUP_OF_A_DATABASE: &str =
    "refund-api store backup --store postgres://… --data /var/lib/refund --to /backup/refund";

/// Asks the server something with a key. The key is typed where no shell keeps it.
pub(super) fn trying_a_key(public_url: &str) -> [String; 2] {
    let ask = format!(
        "curl --fail-with-body --header \"Authorization: Bearer $REFUND_KEY\" \\\n  '{public_url}/v1/refunds?limit=1'"
    );
    ["read -rs REFUND_KEY".to_owned(), ask]
}

/// Opens a refund of one of the sellers that there are, as the platform will; sent again it is the same one.
fn test_refund(app: &App) -> String {
    let settings = app.engine.settings();
    let seller = settings.sellers(None, 1).into_iter().next().map(|(id, _)| id);
    let needs_nothing = |reason: &&ListedReason| !reason.evidence;
    let code = settings.reasons(seller.as_ref()).of(ReasonFor::Request).find(needs_nothing).map(|own| own.code.clone());
    let code = code.map_or_else(String::new, |code| format!("\"reason_code\": \"{code}\", "));
    let seller = seller.as_ref().map_or("SELLER", SellerId::as_str);
    format!(
        "curl --fail-with-body --header \"Authorization: Bearer $REFUND_KEY\" \\\n  \
         --header 'Content-Type: application/json' '{}/v1/refunds' --data '{{\n  \
         \"seller_id\": \"{seller}\", \"buyer_id\": \"test-buyer\",\n  \
         \"order_line\": {{\"order_id\": \"TEST-1\", \"line_id\": \"1\", \"title\": \"Test\", \"category\": \"general\",\n    \
         \"paid\": {{\"currency\": \"CNY\", \"value\": \"20.00\"}}, \"shipped\": true, \"freight_insurance\": true}},\n  \
         \"type\": \"RETURN_AND_REFUND\", \"amount\": {{\"currency\": \"CNY\", \"value\": \"20.00\"}},\n  \
         {code}\"reason\": \"A test.\"}}'",
        app.public_url
    )
}

/// How many refunds there are, as far as it matters here.
async fn refunds(app: &App) -> Result<usize, Problem> {
    let query = Query { limit: REFUNDS, ..Query::default() };
    Ok(app.engine.store().list(&query).await?.items.len())
}

/// Whether the list is where an operator begins: the server is young, and something on it is left to do.
pub(in crate::pages) async fn is_on(app: &App) -> Result<bool, Problem> {
    let refunds = refunds(app).await?;
    Ok(refunds < REFUNDS && Step::ALL.into_iter().any(|step| step.is_done(app, refunds) == Some(false)))
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    let (app, reader) = (&visit.app, &visit.reader);
    let refunds = refunds(app).await?;
    let steps = Step::ALL.into_iter().map(|step| view(reader, app, step, refunds)).collect();
    shown(StatusCode::OK, &Page { page: Frame::new(&visit, "first-hour-title", "first-hour"), steps })
}

fn view(reader: &Reader, app: &App, step: Step, refunds: usize) -> StepView {
    let (name, place) = step.place();
    StepView {
        title: reader.term("first-step", name),
        means: reader.term("first-means", name),
        is_done: step.is_done(app, refunds),
        commands: step.commands(app),
        place: place.map(|(path, text)| (path, reader.say(text))),
    }
}

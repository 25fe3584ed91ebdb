//! Endpoints of webhooks: an operator's page has everybody's, a seller's people have their own.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::EventType;
use refund_store::{Answer, DisabledBecause, Request, SetUp, Webhook, WebhookTerms};

use super::change::done_before;
use crate::pages::answers::shown_once;
use crate::pages::form::Mistake;
use crate::pages::frame::{Frame, Notice, shown};
use crate::pages::given_up::{given_up, is_given_up};
use crate::pages::part::{ListPart, PartLinks};
use crate::pages::reader::Reader;
use crate::pages::refund::told_mistake;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::webhooks::{another, may_see, owner};
use crate::wire::code::{ApiCode, Code};
use crate::wire::{Unusable, WebhookIn};

#[derive(Template)]
#[template(path = "pages/operator/webhooks.html")]
struct Page {
    page: Frame,
    /// An endpoint that was just made: where it is, and its secret.
    secret: Option<(String, String)>,
    endpoints: Vec<EndpointView>,
    links: PartLinks,
    types: Vec<TypeView>,
    url: String,
    description: String,
}

/// An endpoint as a page shows it.
pub(super) struct EndpointView {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) description: String,
    pub(super) owner: String,
    pub(super) seller_id: String,
    /// What it is told of, in words; of everything where nothing is named.
    pub(super) types: Vec<String>,
    pub(super) is_enabled: bool,
    /// Whether it was switched off because nothing got through.
    pub(super) is_given_up: bool,
    pub(super) enabled_at: String,
    /// Since when nothing is sent, and why.
    pub(super) disabled: Option<(String, String)>,
    pub(super) both_until: Option<String>,
}

/// One type of events, to be ticked.
pub(super) struct TypeView {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) is_ticked: bool,
}

impl EndpointView {
    pub(super) fn new(reader: &Reader, webhook: &Webhook) -> Self {
        let because = |because| match because {
            DisabledBecause::Asked => "asked",
            DisabledBecause::Gone => "gone",
            DisabledBecause::Failing => "failing",
        };
        let until = webhook.both_secrets_until().filter(|until| reader.now < *until);
        Self {
            id: webhook.id.clone(),
            url: webhook.terms.url.clone(),
            description: webhook.terms.description.as_ref().map_or_else(String::new, ToString::to_string),
            owner: reader.term("role", webhook.owner.role().as_str()),
            seller_id: webhook.owner.seller_id().map(ToString::to_string).unwrap_or_default(),
            types: webhook.terms.types.iter().map(|name| reader.term("event", name)).collect(),
            is_enabled: webhook.disabled.is_none(),
            is_given_up: is_given_up(webhook),
            enabled_at: reader.instant(webhook.enabled_at),
            disabled: webhook
                .disabled
                .map(|disabled| (reader.instant(disabled.at), reader.term("off", because(disabled.because)))),
            both_until: until.map(|until| reader.instant(until)),
        }
    }
}

/// Every type of events, of which some are ticked.
pub(super) fn types(reader: &Reader, ticked: impl Fn(&str) -> bool) -> Vec<TypeView> {
    let view = |kind: &EventType| TypeView {
        name: kind.as_str(),
        text: reader.term("event", kind.as_str()),
        is_ticked: ticked(kind.as_str()),
    };
    EventType::ALL.iter().map(view).collect()
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    page(&visit, done_before(&visit, &["removed"]), None)
}

fn page(visit: &Visit, notice: Option<Notice>, secret: Option<(String, String)>) -> Result<Response, Problem> {
    let (reader, form) = (&visit.reader, &visit.form);
    let owner = owner(&visit.person()?.caller)?;
    let mut webhooks = visit.app.engine.settings().webhooks();
    webhooks.retain(|webhook| may_see(&owner, webhook));
    let notice = notice.or_else(|| given_up(reader, &webhooks));
    let ListPart { items, links } =
        ListPart::of(visit, "webhooks", webhooks, |webhook: &Arc<Webhook>| webhook.id.clone())?;
    let shown_page = Page {
        page: Frame::new(visit, "webhooks-title", "webhooks")
            .coming_back_to("/operator/webhooks".to_owned())
            .saying(notice),
        secret,
        endpoints: items.iter().map(|webhook| EndpointView::new(reader, webhook)).collect(),
        links,
        types: types(reader, |name| form.all("type").any(|typed| typed == name)),
        url: form.get("url").to_owned(),
        description: form.get("description").to_owned(),
    };
    shown(shown_page.page.status(), &shown_page)
}

/// What a form says of an endpoint, or what is wrong with that.
pub(super) fn typed(visit: &Visit) -> Result<Result<WebhookTerms, Mistake>, Problem> {
    let form = &visit.form;
    let types = form.all("type").map(|name| name.parse().map_err(|_| Mistake::new("type", "mistake-choose")));
    let read = || Ok((form.text("description")?, types.collect::<Result<Vec<EventType>, Mistake>>()?));
    let (description, types) = match read() {
        Ok(read) => read,
        Err(mistake) => return Ok(Err(mistake)),
    };
    let terms = WebhookIn::new(form.get("url").trim().to_owned(), description, types);
    match terms.terms(|url| visit.app.webhooks.address(url)) {
        Ok(terms) => Ok(Ok(terms)),
        Err(Unusable::Place { code: ApiCode::UrlNotAllowed, .. }) => Ok(Err(Mistake::new("url", "mistake-url"))),
        Err(unusable) => Err(unusable.into()),
    }
}

/// Makes an endpoint, and shows its secret.
pub(in crate::pages) async fn make(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let terms = match typed(&visit)? {
        Ok(terms) => terms,
        Err(mistake) => return page(&visit, Some(told_mistake(&visit, &mistake)), None),
    };
    let webhook = match another(visit.app.engine.store(), owner(&caller)?, terms) {
        Ok(webhook) => Box::new(webhook),
        Err(problem) if problem.code() == Code::Api(ApiCode::TooManyWebhooks) => {
            let notice = Notice::bad(visit.reader.say("webhooks-too-many"));
            return page(&visit, Some(notice.under(StatusCode::CONFLICT)), None);
        }
        Err(problem) => return Err(problem),
    };
    let request = Request::new(caller.itself(), SetUp::MakeWebhook(webhook));
    let Answer::Webhook(made) = visit.change(request).await?.answer else {
        return Err(Problem::new(ApiCode::Internal, "the store answered another question"));
    };
    let secret = secret(&visit, &made)?;
    let visit = visit.with_form_done();
    page(&visit, None, Some((made.terms.url.clone(), secret))).map(shown_once)
}

/// What an endpoint's messages are signed with.
pub(super) fn secret(visit: &Visit, webhook: &Webhook) -> Result<String, Problem> {
    Ok(visit.app.webhooks.secrets.secret(&webhook.id, webhook.generation).text())
}

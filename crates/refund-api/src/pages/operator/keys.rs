//! API keys: made, seen, revoked. A secret is shown this once and kept only as its hash.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::SellerId;
use refund_store::{Key, KeyRole, KeyScope, Refused, Request, SetUp};

use super::change::done_before;
use super::first_hour::trying_a_key;
use crate::callers::hash;
use crate::machine::entropy;
use crate::pages::answers::shown_once;
use crate::pages::form::{Form, Mistake};
use crate::pages::frame::{Frame, Notice, go_and_tell, shown};
use crate::pages::part::{ListPart, PartLinks};
use crate::pages::refund::told_mistake;
use crate::pages::visit::Visit;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "pages/operator/keys.html")]
struct Page {
    page: Frame,
    /// A key that was just made: its name and its secret.
    secret: Option<(String, String)>,
    /// What is typed in a terminal to try it.
    trying: [String; 2],
    keys: Vec<KeyView>,
    links: PartLinks,
    zone: String,
    form: Form,
}

struct KeyView {
    id: String,
    name: String,
    role: String,
    seller_id: String,
    scope: String,
    created_at: String,
    expires_at: Option<String>,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
    has_expired: bool,
}

impl KeyView {
    fn new(visit: &Visit, key: &Key) -> Self {
        let reader = &visit.reader;
        let scope = match key.scope {
            KeyScope::Full => "full",
            KeyScope::Read => "read",
        };
        Self {
            id: key.id.clone(),
            name: key.name.to_string(),
            role: reader.term("role", key.role.role().as_str()),
            seller_id: key.role.seller_id().map(ToString::to_string).unwrap_or_default(),
            scope: reader.term("scope", scope),
            created_at: reader.instant(key.created_at),
            expires_at: key.expires_at.map(|at| reader.instant(at)),
            last_used_at: visit.app.uses.last(key).map(|at| reader.instant(at)),
            revoked_at: key.revoked_at.map(|at| reader.instant(at)),
            has_expired: key.has_expired(reader.now),
        }
    }
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    page(&visit, done_before(&visit, &["revoked"]), None)
}

fn page(visit: &Visit, notice: Option<Notice>, secret: Option<(String, String)>) -> Result<Response, Problem> {
    let keys = visit.app.engine.settings().keys();
    let ListPart { items, links } = ListPart::of(visit, "keys", keys, |key: &Arc<Key>| key.id.clone())?;
    let shown_page = Page {
        page: Frame::new(visit, "keys-title", "keys").coming_back_to("/operator/keys".to_owned()).saying(notice),
        secret,
        trying: trying_a_key(&visit.app.public_url),
        keys: items.iter().map(|key| KeyView::new(visit, key)).collect(),
        links,
        zone: visit.reader.zone_told(),
        form: visit.form.clone(),
    };
    shown(shown_page.page.status(), &shown_page)
}

/// Makes a key, and shows its secret this once.
pub(in crate::pages) async fn make(visit: Visit) -> Result<Response, Problem> {
    let actor = visit.operator()?.caller.itself();
    let secret = entropy::key();
    let key = match typed(&visit, &secret)? {
        Ok(key) => key,
        Err(mistake) => return page(&visit, Some(told_mistake(&visit, &mistake)), None),
    };
    let name = key.name.to_string();
    let answered = visit.change(Request::new(actor, SetUp::IssueKey(Box::new(key)))).await?;
    let visit = visit.with_form_done();
    if answered.replayed {
        let notice = Notice::moved(visit.reader.say("keys-made-before"));
        return page(&visit, Some(notice.under(StatusCode::OK)), None);
    }
    page(&visit, None, Some((name, secret))).map(shown_once)
}

/// The key that a form asks for, or what is wrong with that.
fn typed(visit: &Visit, secret: &str) -> Result<Result<Key, Mistake>, Problem> {
    let form = &visit.form;
    let seller_id = SellerId::new(form.get("seller_id").trim());
    let names_seller = !form.get("seller_id").trim().is_empty();
    let role = match (form.get("role"), seller_id) {
        ("operator" | "platform", _) if names_seller => Err(Mistake::new("seller_id", "mistake-seller-beside-role")),
        ("operator", _) => Ok(KeyRole::Operator),
        ("platform", _) => Ok(KeyRole::Platform),
        ("seller", Ok(id)) if visit.app.engine.settings().seller(&id).is_some() => Ok(KeyRole::Seller(id)),
        ("seller", _) => Err(Mistake::new("seller", "mistake-seller")),
        _ => Err(Mistake::new("role", "mistake-choose")),
    };
    let scope = match form.get("scope") {
        "full" => Ok(KeyScope::Full),
        "read" => Ok(KeyScope::Read),
        _ => Err(Mistake::new("scope", "mistake-choose")),
    };
    let made = || {
        let key = Key::new(entropy::id("key_"), form.needed("key_name")?, role?, hash(secret));
        let key = Key { scope: scope?, expires_at: visit.reader.read_instant(form, "expires_at")?, ..key };
        if key.has_expired(visit.reader.now) { Err(Mistake::new("expires_at", "mistake-past")) } else { Ok(key) }
    };
    Ok(made())
}

/// Ends a key at once and for ever.
pub(in crate::pages) async fn revoke(visit: Visit) -> Result<Response, Problem> {
    let actor = visit.operator()?.caller.itself();
    let request = Request::new(actor, SetUp::RevokeKey { key_id: visit.param("id").to_owned() });
    match visit.change(request).await {
        Ok(_) => Ok(go_and_tell("/operator/keys", "revoked")),
        Err(Refused::NotFound) => Err(Problem::not_found()),
        Err(refused) => Err(refused.into()),
    }
}

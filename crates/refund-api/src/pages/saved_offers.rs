//! The offers that a seller has prepared (R45): listed, and each saved, changed and removed by the seller's own people or
//! by an operator.

mod fields;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{SavedOffer, SellerId};
use refund_store::{Request, Seller, SetUp, Tag};

use self::fields::Fields;
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::operator::{done_before, replaced};
use super::refund::told_mistake;
use super::saved::amount_told;
use super::seller::about;
use super::visit::Visit;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::code::{ApiCode, Code};

/// All that a seller has prepared, and one more to be.
#[derive(Template)]
#[template(path = "pages/saved-offers.html")]
struct Page {
    page: Frame,
    seller: String,
    /// Where the seller's settings are.
    back: String,
    here: String,
    offers: Vec<Row>,
    fields: Fields,
}

/// A prepared offer, in a line.
struct Row {
    place: String,
    name: String,
    kind: String,
    amount: String,
    languages: usize,
    /// Where goods go back to, where they do and it is said.
    address: Option<String>,
    is_gone: bool,
}

/// One prepared offer, to be changed.
#[derive(Template)]
#[template(path = "pages/saved-offer.html")]
struct OnePage {
    page: Frame,
    back: String,
    here: String,
    tag: String,
    fields: Fields,
}

/// Whose offers the page is about.
struct Whose {
    seller_id: SellerId,
    seller: std::sync::Arc<Seller>,
    /// Where the seller's settings are.
    settings: String,
    /// Where what it has prepared is.
    place: String,
}

fn whose(visit: &Visit) -> Result<Whose, Problem> {
    let (seller_id, settings) = about(visit)?;
    let seller = visit.app.engine.settings().seller(&seller_id).cloned().ok_or_else(Problem::not_found)?;
    let place = format!("{settings}/offers");
    Ok(Whose { seller_id, seller, settings, place })
}

fn frame(visit: &Visit, title: &str, here: &str) -> Frame {
    let place = if visit.seller_id().is_none() { "sellers" } else { "settings" };
    Frame::new(visit, title, place).coming_back_to(here.to_owned())
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let notice = done_before(&visit, &["saved", "removed"]);
    all(&visit, &whose(&visit)?, notice)
}

fn all(visit: &Visit, whose: &Whose, notice: Option<Notice>) -> Result<Response, Problem> {
    let reader = &visit.reader;
    let row = |saved: &SavedOffer| Row {
        place: format!("{}/{}", whose.place, in_path(&saved.id)),
        name: saved.name.to_string(),
        kind: reader.term("type", saved.kind.as_str()),
        amount: amount_told(reader, saved.amount),
        languages: saved.messages.len(),
        address: saved.return_address_id.as_ref().map(ToString::to_string),
        is_gone: saved.check(&whose.seller.addresses).is_err(),
    };
    let saved = visit.app.engine.settings().saved_offers(&whose.seller_id);
    let page = Page {
        page: frame(visit, "saved-title", &whose.place).saying(notice),
        seller: whose.seller.name.to_string(),
        back: whose.settings.clone(),
        here: whose.place.clone(),
        offers: saved.iter().map(|saved| row(saved)).collect(),
        fields: Fields::typed(reader, &visit.form, &whose.seller.addresses),
    };
    shown(page.page.status(), &page)
}

/// An id as a part of a path.
fn in_path(id: &str) -> String {
    form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

/// What a form makes, or what stands against it.
fn typed(visit: &Visit, whose: &Whose, id: String) -> Result<SavedOffer, Notice> {
    let offer = fields::read(&visit.form, id).map_err(|mistake| told_mistake(visit, &mistake))?;
    offer.check(&whose.seller.addresses).map_err(|refusal| Notice::ruled(&visit.reader, &refusal))?;
    Ok(offer)
}

/// Prepares another.
pub(super) async fn add(visit: Visit) -> Result<Response, Problem> {
    let (whose, actor) = (whose(&visit)?, visit.person()?.caller.itself());
    let offer = match typed(&visit, &whose, entropy::id("svo_")) {
        Ok(offer) => Box::new(offer),
        Err(notice) => return all(&visit, &whose, Some(notice)),
    };
    let work = SetUp::SaveOffer { seller_id: whose.seller_id.clone(), offer };
    let done = visit.change(Request::new(actor, work)).await.map_err(Problem::from);
    match done {
        Ok(_) => Ok(go_and_tell(&whose.place, "saved")),
        Err(problem) if problem.code() == Code::Api(ApiCode::TooManySavedOffers) => {
            let notice = Notice::bad(visit.reader.say("saved-too-many"));
            all(&visit, &whose, Some(notice.under(StatusCode::CONFLICT)))
        }
        Err(problem) => Err(problem),
    }
}

/// The prepared offer that the path names.
fn named(visit: &Visit, whose: &Whose) -> Result<std::sync::Arc<SavedOffer>, Problem> {
    let settings = visit.app.engine.settings();
    settings.saved_offer(&whose.seller_id, visit.param("offer")).cloned().ok_or_else(Problem::not_found)
}

pub(super) async fn show_one(visit: Visit) -> Result<Response, Problem> {
    let whose = whose(&visit)?;
    let saved = named(&visit, &whose)?;
    if visit.is_resumed {
        return as_typed(&visit, &whose, &saved, None);
    }
    as_it_is(&visit, &whose, &saved, None)
}

fn as_it_is(visit: &Visit, whose: &Whose, saved: &SavedOffer, notice: Option<Notice>) -> Result<Response, Problem> {
    let form = fields::form_of(saved);
    let fields = Fields::typed(&visit.reader, &form, &whose.seller.addresses);
    one(visit, whose, saved, Tag::of(saved)?.to_string(), fields, notice)
}

fn as_typed(visit: &Visit, whose: &Whose, saved: &SavedOffer, notice: Option<Notice>) -> Result<Response, Problem> {
    let fields = Fields::typed(&visit.reader, &visit.form, &whose.seller.addresses);
    one(visit, whose, saved, visit.form.get("tag").to_owned(), fields, notice)
}

fn one(
    visit: &Visit,
    whose: &Whose,
    saved: &SavedOffer,
    tag: String,
    fields: Fields,
    notice: Option<Notice>,
) -> Result<Response, Problem> {
    let here = format!("{}/{}", whose.place, in_path(&saved.id));
    let page = OnePage {
        page: frame(visit, "saved-title", &here).titled(saved.name.to_string()).saying(notice),
        back: whose.place.clone(),
        here,
        tag,
        fields,
    };
    shown(page.page.status(), &page)
}

/// Changes one, or removes it, if it is still what its page showed.
pub(super) async fn change(visit: Visit) -> Result<Response, Problem> {
    let (whose, actor) = (whose(&visit)?, visit.person()?.caller.itself());
    let saved = named(&visit, &whose)?;
    let (seller_id, is_removed) = (whose.seller_id.clone(), visit.form.get("step") == "remove");
    let work = if is_removed {
        SetUp::RemoveSavedOffer { seller_id, offer_id: saved.id.clone() }
    } else {
        match typed(&visit, &whose, saved.id.clone()) {
            Ok(offer) => SetUp::SaveOffer { seller_id, offer: Box::new(offer) },
            Err(notice) => return as_typed(&visit, &whose, &saved, Some(notice)),
        }
    };
    match replaced(&visit, Request::new(actor, work)).await? {
        Ok(_) => Ok(go_and_tell(&whose.place, if is_removed { "removed" } else { "saved" })),
        Err(moved) => {
            let now = named(&visit, &whose)?;
            as_it_is(&visit, &whose, &now, Some(moved))
        }
    }
}

//! One seller: what it is called, where goods go back to, who is told by mail, and what differs from the platform's
//! policy. Its own people may change all but the last.

use askama::Template;
use axum::response::Response;
use refund_core::{PolicyOverrides, SellerId};
use refund_store::{Request, Seller, SetUp, Tag};

use super::addresses::{self, AddressRow};
use super::contacts::{self, ContactRow};
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::operator::{FieldView, done_before, field_mistaken, passed_over, replaced, typed_policy};
use super::refund::told_mistake;
use super::visit::Visit;
use super::{in_query, seller_place};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "pages/seller.html")]
struct Page {
    page: Frame,
    id: String,
    /// The seller's id as it stands in addresses of pages.
    id_in_query: String,
    /// Where the form is sent.
    here: String,
    name: String,
    tag: String,
    addresses: Vec<AddressRow>,
    contacts: Vec<ContactRow>,
    /// The policy, where an operator looks.
    fields: Vec<FieldView>,
    people: Vec<String>,
    /// Where the offers are that it has prepared, and how many there are.
    offers_place: String,
    offers: usize,
    is_operator: bool,
}

/// Whom the page is about: whom the path names, for an operator; for a seller's people their own.
pub(super) fn about(visit: &Visit) -> Result<(SellerId, String), Problem> {
    visit.person()?;
    match visit.seller_id() {
        Some(own) if visit.param("id").is_empty() => Ok((own.clone(), "/settings".to_owned())),
        _ => {
            visit.operator()?;
            let id: SellerId = visit.param("id").parse().map_err(|_| Problem::not_found())?;
            let place = seller_place(&id);
            Ok((id, place))
        }
    }
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let (id, here) = about(&visit)?;
    let seller = visit.app.engine.settings().seller(&id).cloned().ok_or_else(Problem::not_found)?;
    if visit.is_resumed {
        return as_typed(&visit, &id, here, None);
    }
    as_it_is(&visit, &id, here, &seller, done_before(&visit, &["saved"]))
}

fn as_it_is(
    visit: &Visit,
    id: &SellerId,
    here: String,
    seller: &Seller,
    notice: Option<Notice>,
) -> Result<Response, Problem> {
    let policy = visit.app.engine.settings().policy.clone();
    let fields = FieldView::all(
        &visit.reader,
        &values(visit, seller)?,
        &serde_json::to_value(&*policy)?,
        &seller.policy.fields(),
    );
    let typed = Typed {
        name: seller.name.to_string(),
        tag: Tag::of(seller)?.to_string(),
        addresses: addresses::rows(&seller.addresses),
        contacts: contacts::rows(&visit.reader, &seller.contacts),
        fields,
    };
    page(visit, id, here, typed, notice)
}

/// What holds for a seller, field by field.
fn values(visit: &Visit, seller: &Seller) -> Result<serde_json::Value, Problem> {
    Ok(serde_json::to_value(visit.app.engine.settings().policy.with(&seller.policy))?)
}

/// What stands in the form.
struct Typed {
    name: String,
    tag: String,
    addresses: Vec<AddressRow>,
    contacts: Vec<ContactRow>,
    fields: Vec<FieldView>,
}

fn as_typed(visit: &Visit, id: &SellerId, here: String, notice: Option<Notice>) -> Result<Response, Problem> {
    let (form, policy) = (&visit.form, serde_json::to_value(&*visit.app.engine.settings().policy)?);
    let typed = Typed {
        name: form.get("seller_name").to_owned(),
        tag: form.get("tag").to_owned(),
        addresses: addresses::typed_rows(form),
        contacts: contacts::typed_rows(&visit.reader, form),
        fields: FieldView::typed(&visit.reader, form, &policy),
    };
    page(visit, id, here, typed, notice)
}

fn page(visit: &Visit, id: &SellerId, here: String, typed: Typed, notice: Option<Notice>) -> Result<Response, Problem> {
    let is_operator = visit.seller_id().is_none();
    let Typed { name, tag, addresses, contacts, fields } = typed;
    let people = visit.app.engine.settings().users_of(id);
    let place = if is_operator { "sellers" } else { "settings" };
    let shown_page = Page {
        page: Frame::new(visit, "seller-title", place).coming_back_to(here.clone()).saying(notice),
        id: id.to_string(),
        id_in_query: in_query(id),
        offers_place: format!("{here}/offers"),
        offers: visit.app.engine.settings().saved_offers(id).len(),
        here,
        name,
        tag,
        addresses,
        contacts,
        fields: if is_operator { fields } else { Vec::new() },
        people: people.iter().map(|user| user.name.to_string()).collect(),
        is_operator,
    };
    shown(shown_page.page.status(), &shown_page)
}

/// Replaces what is known of a seller by what a form says.
pub(super) async fn change(visit: Visit) -> Result<Response, Problem> {
    let (id, here) = about(&visit)?;
    let actor = visit.person()?.caller.itself();
    let before = visit.app.engine.settings().seller(&id).cloned().ok_or_else(Problem::not_found)?;
    let seller = match typed(&visit) {
        Ok(seller) => seller,
        Err(notice) => return as_typed(&visit, &id, here, Some(notice)),
    };
    // What an outdated page showed is not known; its form is refused as a whole further down.
    if visit.form.get("tag") == Tag::of(&before)?.to_string()
        && let Some((field, mistake)) = passed_over(&visit.form, &values(&visit, &before)?)
    {
        let notice = field_mistaken(&visit, field, &mistake);
        return as_typed(&visit, &id, here, Some(notice));
    }
    let work = if visit.seller_id().is_none() {
        Request::new(actor, SetUp::PutSeller { seller_id: id.clone(), seller: Box::new(seller) })
    } else {
        let Seller { name, addresses, contacts, .. } = seller;
        let (seller_id, addresses) = (id.clone(), Box::new(addresses));
        Request::new(actor, SetUp::EditSeller { seller_id, name, addresses, contacts })
    };
    match replaced(&visit, work).await? {
        Ok(_) => Ok(go_and_tell(&here, "saved")),
        Err(moved) => {
            let now = visit.app.engine.settings().seller(&id).cloned().unwrap_or(before);
            as_it_is(&visit, &id, here, &now, Some(moved))
        }
    }
}

/// The seller as the form has it, or what is wrong with that.
fn typed(visit: &Visit) -> Result<Seller, Notice> {
    let form = &visit.form;
    let told = |mistake| told_mistake(visit, &mistake);
    let name = form.needed("seller_name").map_err(told)?;
    let addresses = addresses::typed(form).map_err(told)?;
    let contacts = contacts::typed(form).map_err(told)?;
    let policy = if visit.seller_id().is_none() {
        typed_policy(form, true).map_err(|(field, mistake)| field_mistaken(visit, field, &mistake))?
    } else {
        PolicyOverrides::default()
    };
    Ok(Seller { name, addresses, policy, contacts })
}

//! Every seller there is, page by page, and setting up another.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{Address, AddressBook, AddressId, MailContacts, PolicyOverrides, SellerId};
use refund_store::{Request, Seller, SetUp};

use crate::machine::entropy;
use crate::pages::form::{Form, Mistake};
use crate::pages::frame::{Frame, Notice, go_and_tell, shown};
use crate::pages::leading::go_to;
use crate::pages::part::{ListPart, PartLinks};
use crate::pages::refund::told_mistake;
use crate::pages::seller_place;
use crate::pages::visit::Visit;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "pages/operator/sellers.html")]
struct Page {
    page: Frame,
    asked: String,
    sellers: Vec<SellerView>,
    links: PartLinks,
    form: Form,
}

struct SellerView {
    id: String,
    place: String,
    name: String,
    addresses: usize,
    /// How many fields of the policy it has for itself.
    own: usize,
    is_open: bool,
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    let store = visit.app.engine.store();
    let asked = visit.query.get("id").trim().to_owned();
    // Whoever knows the id is led there at once.
    let known = SellerId::new(asked.as_str()).ok().filter(|id| store.settings().seller(id).is_some());
    if let Some(id) = known {
        return Ok(go_to(&seller_place(&id)));
    }
    let unknown = || Notice::bad(visit.reader.say("sellers-unknown")).under(StatusCode::NOT_FOUND);
    let notice = (!asked.is_empty()).then(unknown);
    page(&visit, asked, notice)
}

fn page(visit: &Visit, asked: String, notice: Option<Notice>) -> Result<Response, Problem> {
    let (store, reader) = (visit.app.engine.store(), &visit.reader);
    let read = |last: Option<&str>, limit: usize| {
        let last = last.map(SellerId::new).transpose().map_err(|_| Problem::not_found())?;
        Ok(store.settings().sellers(last.as_ref(), limit))
    };
    let ListPart { items, links } = ListPart::read(visit, "sellers", |(id, _)| id.to_string(), read)?;
    let rollout = store.settings().rollout.clone();
    let view = |(id, seller): &(SellerId, std::sync::Arc<Seller>)| SellerView {
        id: id.to_string(),
        place: seller_place(id),
        name: seller.name.to_string(),
        addresses: seller.addresses.iter().count(),
        own: seller.policy.fields().len(),
        is_open: rollout.check(id, reader.now).is_open(),
    };
    let sellers = items.iter().map(view).collect();
    let page = Frame::new(visit, "sellers-title", "sellers").coming_back_to("/operator/sellers".to_owned());
    let page = page.saying(notice);
    shown(page.status(), &Page { page, asked, sellers, links, form: visit.form.clone() })
}

/// Sets a seller up, with one address: the default (R29).
pub(in crate::pages) async fn add(visit: Visit) -> Result<Response, Problem> {
    let actor = visit.operator()?.caller.itself();
    let no = |notice: Notice| page(&visit, String::new(), Some(notice));
    let (seller_id, seller) = match typed(&visit.form) {
        Ok(typed) => typed,
        Err(mistake) => return no(told_mistake(&visit, &mistake)),
    };
    if visit.app.engine.settings().seller(&seller_id).is_some() {
        return no(Notice::bad(visit.reader.say("sellers-there")));
    }
    let place = seller_place(&seller_id);
    let request = Request::new(actor, SetUp::PutSeller { seller_id, seller: Box::new(seller) });
    visit.change(request).await?;
    Ok(go_and_tell(&place, "saved"))
}

fn typed(form: &Form) -> Result<(SellerId, Seller), Mistake> {
    let id = SellerId::new(form.get("seller_id").trim()).map_err(|_| Mistake::new("seller_id", "mistake-id"))?;
    let name = form.needed("seller_name")?;
    let address = Address {
        id: AddressId::new(entropy::id("adr_")).map_err(|_| Mistake::new("address", "mistake-choose"))?,
        recipient: form.needed("recipient")?,
        phone: form.needed("phone")?,
        address: form.needed("address")?,
    };
    let one = AddressBook::new(vec![(address, true)]).map_err(|_| Mistake::new("default", "mistake-default"))?;
    let (policy, contacts) = (PolicyOverrides::default(), MailContacts::default());
    Ok((id, Seller { name, addresses: one, policy, contacts }))
}

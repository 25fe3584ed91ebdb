//! The offer: what is proposed, shown beside what was asked for before it is sent, because it is the only chance.

use askama::Template;
use axum::response::Response;
use fluent_bundle::FluentValue;
use refund_core::{AddressId, Command, CommandKind, MakeOffer, Options, Refund, RefundId, RefundType, Role, Terms};
use refund_store::Around;

use super::form::{Form, Mistake};
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::queue::Choice;
use super::refund::{page as refund_page, told_mistake, told_no};
use super::saved::{self, SavedView};
use super::seen::{addresses, addresses_moved, told_addresses_moved};
use super::view::{FileView, Files, RefundView, TermsView, refusal_text};
use super::visit::Visit;
use super::way::Way;
use crate::callers::Caller;
use crate::machine::entropy;
use crate::problem::Problem;

/// What is typed, and beside it what that would mean once it has been looked at.
#[derive(Template)]
#[template(path = "pages/offer.html")]
pub(crate) struct Offer {
    pub(crate) page: Frame,
    pub(crate) refund: RefundView,
    /// What the seller has prepared, and what each would be here.
    pub(crate) saved: Vec<SavedView>,
    pub(crate) types: Vec<TypeView>,
    pub(crate) addresses: Vec<(String, String, bool)>,
    pub(crate) amount: String,
    pub(crate) currency: String,
    pub(crate) range: String,
    pub(crate) message: String,
    pub(crate) agreed_offline: bool,
    pub(crate) files: Files,
    pub(crate) form: Form,
    pub(crate) expires_at: String,
    pub(crate) expires_in: String,
    /// The offer as the buyer would see it.
    pub(crate) review: Option<Review>,
}

/// A type that can be offered, or what stands against it.
pub(crate) struct TypeView {
    pub(crate) choice: Choice,
    pub(crate) against: Option<String>,
}

/// An offer that can be sent.
pub(crate) struct Review {
    pub(crate) terms: TermsView,
    pub(crate) message: Option<String>,
    /// What shows it.
    pub(crate) files: Vec<FileView>,
    /// What was typed, to be sent, and which addresses were seen with it.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) addresses: String,
    pub(crate) if_accepted: String,
    pub(crate) if_rejected: String,
    pub(crate) if_silent: String,
}

/// The refund, what may be offered on it, and who asks.
async fn options(visit: &Visit) -> Result<(Caller, Around, Options), Problem> {
    let caller = visit.person()?.caller.clone();
    let id: RefundId = visit.refund_id()?;
    let app = &visit.app;
    app.known(&caller, &id).await?;
    caller.only(CommandKind::MakeOffer.roles())?;
    let around = app.settled_now(&caller, &id).await?.around;
    let options = around.offer_options(&caller.itself(), app.engine.store().now());
    Ok((caller, around, options))
}

pub(super) async fn ask(visit: Visit) -> Result<Response, Problem> {
    let (_, around, options) = options(&visit).await?;
    if let Some(refusal) = options.objections.first() {
        return refund_page(&visit, Some(Notice::ruled(&visit.reader, refusal))).await;
    }
    let filled = if visit.is_resumed { None } else { saved::filled(&visit, &around)? };
    let form = filled.as_ref().unwrap_or(&visit.form);
    page(&visit, &around, &options, form, None, None)
}

/// Looks at what was typed, or sends it once it has been looked at.
pub(super) async fn send(visit: Visit) -> Result<Response, Problem> {
    let (caller, around, options) = options(&visit).await?;
    let (form, refund) = (&visit.form, &around.refund);
    let offer = match offered(form, refund) {
        Ok(offer) => offer,
        Err(mistake) => {
            return page(&visit, &around, &options, form, Some(told_mistake(&visit, &mistake)), None);
        }
    };
    let is_sent = form.get("step") == "send";
    if is_sent && (offer.return_address_id.is_none() || !addresses_moved(form, &around.seller)?) {
        return match visit.act(&caller, refund, CommandKind::MakeOffer, Command::MakeOffer(offer)).await? {
            Ok(_) => Ok(go_and_tell(&Way::of(&visit.query).to(&refund.id), "make_offer")),
            Err(refused) => refund_page(&visit, Some(told_no(&visit, &refused))).await,
        };
    }
    if let Some(refusal) = options.objections.first() {
        return refund_page(&visit, Some(Notice::ruled(&visit.reader, refusal))).await;
    }
    if !is_sent && form.get("step") != "review" {
        return page(&visit, &around, &options, form, None, None);
    }
    // What the rules refuse is said before it is looked at, and not once it is sent.
    let command = Command::MakeOffer(offer.clone());
    if let Err(refusal) = around.outcome(&caller.itself(), &command, visit.app.engine.store().now()) {
        return page(&visit, &around, &options, form, Some(Notice::ruled(&visit.reader, &refusal)), None);
    }
    let review = Review::new(&visit, &around, &offer, &options)?;
    page(&visit, &around, &options, form, is_sent.then(|| told_addresses_moved(&visit)), Some(review))
}

/// The offer that a form makes.
pub(super) fn offered(form: &Form, refund: &Refund) -> Result<MakeOffer, Mistake> {
    let kind: RefundType = form.choice("type")?;
    let named = form.get("return_address_id");
    let address = if kind == RefundType::RefundOnly || named.is_empty() {
        None
    } else {
        Some(form.choice::<AddressId>("return_address_id")?)
    };
    Ok(MakeOffer {
        negotiation_id: entropy::negotiation_id().map_err(|_| Mistake::new("type", "mistake-choose"))?,
        kind,
        amount: form.money("amount", refund.line.paid.currency())?,
        return_address_id: address,
        message: form.text("message")?,
        agreed_offline: form.is_ticked("agreed_offline"),
        files: form.named_files()?,
    })
}

fn page(
    visit: &Visit,
    around: &Around,
    options: &Options,
    form: &Form,
    notice: Option<Notice>,
    review: Option<Review>,
) -> Result<Response, Problem> {
    let (reader, refund) = (&visit.reader, &around.refund);
    // Type and amount are always given (R13): the page chooses neither.
    let types = options.types.iter().map(|option| TypeView {
        choice: Choice::new(reader, "type", option.kind.as_str(), form.get("type")),
        against: option.objections.first().map(|refusal| refusal_text(reader, refusal)),
    });
    let range = options.types.first().map(|option| {
        let told = [("min", reader.money(option.amount_min)), ("max", reader.money(option.amount_max))];
        reader.language.say("offer-range", &told.map(|(name, value)| (name, FluentValue::from(value))))
    });
    let address = form.get("return_address_id");
    let addresses = (0_usize..).zip(&options.addresses).map(|(index, own)| {
        let is_chosen = if address.is_empty() { index == 0 } else { own.id.as_str() == address };
        let default = if index == 0 { format!(" ({})", reader.say("address-default")) } else { String::new() };
        (own.id.to_string(), format!("{} · {}{default}", own.recipient, own.address), is_chosen)
    });
    let expires_at = options.expires_at.unwrap_or(reader.now);
    let page = Offer {
        saved: saved::views(visit, around)?,
        page: Frame::new(visit, "offer-title", "refunds")
            .with_live(&format!("/refunds/{}/live", refund.id))
            .saying(notice),
        refund: RefundView::new(reader, &visit.reasons(&refund.seller_id), refund, Role::Seller),
        types: types.collect(),
        addresses: addresses.collect(),
        amount: form.get("amount").to_owned(),
        currency: refund.line.paid.currency().to_string(),
        range: range.unwrap_or_default(),
        message: form.get("message").to_owned(),
        agreed_offline: form.is_ticked("agreed_offline"),
        files: Files::of_refund(visit, refund, Role::Seller),
        form: form.clone(),
        expires_at: reader.instant(expires_at),
        expires_in: reader.left(expires_at),
        review,
    };
    shown(page.page.status(), &page)
}

impl Review {
    fn new(visit: &Visit, around: &Around, offer: &MakeOffer, options: &Options) -> Result<Self, Problem> {
        let reader = &visit.reader;
        let named = offer.return_address_id.as_ref();
        let address = options.addresses.iter().find(|own| Some(&own.id) == named);
        let terms = match address {
            Some(address) => TermsView::new(reader, &Terms::new(offer.kind, offer.amount, address.clone())),
            None => TermsView::asked(reader, offer.kind, offer.amount),
        };
        let view = RefundView::new(reader, &visit.reasons(&around.refund.seller_id), &around.refund, Role::Seller);
        let is_return = offer.kind == RefundType::ReturnAndRefund;
        let accepted = if is_return { "offer-if-accepted-return" } else { "offer-if-accepted-paid" };
        let fields =
            visit.form.fields().filter(|(name, _)| !matches!(*name, "step" | "mark" | "version" | "addresses"));
        Ok(Self {
            addresses: addresses(&around.seller)?,
            if_accepted: reader.say_with(accepted, "amount", &reader.money(offer.amount)),
            if_rejected: reader.say("offer-if-rejected"),
            if_silent: view.seller_silence.unwrap_or_default(),
            message: offer.message.as_ref().map(ToString::to_string),
            files: Files::of_refund(visit, &around.refund, Role::Seller).named(&offer.files, Role::Seller),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            terms,
        })
    }
}

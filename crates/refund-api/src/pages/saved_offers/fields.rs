//! The form of a prepared offer: what stands in it, and what it makes.

use refund_core::{
    AddressBook, AddressId, Currency, InvalidShare, OfferMessage, RefundType, SavedAmount, SavedOffer, Share,
};

use crate::pages::amount::percent;
use crate::pages::form::{Form, Mistake};
use crate::pages::queue::{Choice, types};
use crate::pages::reader::Reader;
use crate::pages::text::Language;

/// What stands in the form. On an empty one nothing is chosen.
pub(crate) struct Fields {
    pub(crate) name: String,
    pub(crate) types: Vec<Choice>,
    pub(crate) amounts: Vec<Choice>,
    pub(crate) percent: String,
    pub(crate) amount: String,
    pub(crate) currency: String,
    /// Where a return may go: id, text, and whether it is that.
    pub(crate) addresses: Vec<(String, String, bool)>,
    /// What the buyer is told in each language: the field's name, the language's tag, what it is called, the text.
    pub(crate) messages: Vec<(&'static str, &'static str, String, String)>,
}

/// How an amount is said.
const AMOUNTS: [&str; 3] = ["requested", "paid", "fixed"];

/// Where the message in that language is typed.
fn message_field(language: Language) -> &'static str {
    match language {
        Language::ZhHant => "message_zh_hant",
        Language::ZhHans => "message_zh_hans",
        Language::En => "message_en",
    }
}

impl Fields {
    /// What stands in a form.
    pub(super) fn typed(reader: &Reader, form: &Form, book: &AddressBook) -> Self {
        let amounts = AMOUNTS.map(|of| Choice::new(reader, "saved-amount", of, form.get("amount_of")));
        let messages = Language::ALL.map(|language| {
            let field = message_field(language);
            (field, language.tag(), reader.term("field", field), form.get(field).to_owned())
        });
        Self {
            name: form.get("saved_name").to_owned(),
            types: types(reader, form.get("type")),
            amounts: amounts.into(),
            percent: form.get("percent").to_owned(),
            amount: form.get("amount").to_owned(),
            currency: form.get("currency").to_owned(),
            addresses: addresses(reader, form.get("return_address_id"), book),
            messages: messages.into(),
        }
    }
}

/// The default one as it is then, each that there is, and the one that is named if it is gone.
fn addresses(reader: &Reader, named: &str, book: &AddressBook) -> Vec<(String, String, bool)> {
    let default = (String::new(), reader.say("saved-address-default"), named.is_empty());
    let there = book
        .iter()
        .map(|own| (own.id.to_string(), format!("{} · {}", own.recipient, own.address), own.id.as_str() == named));
    let is_there = named.is_empty() || book.iter().any(|own| own.id.as_str() == named);
    let gone = (!is_there).then(|| (named.to_owned(), reader.say_with("saved-address-gone", "id", named), true));
    std::iter::once(default).chain(there).chain(gone).collect()
}

/// The form that would make a prepared offer as it is.
pub(super) fn form_of(saved: &SavedOffer) -> Form {
    let (amount_of, percent, fixed) = match saved.amount {
        SavedAmount::OfRequested(share) => ("requested", share.to_string(), None),
        SavedAmount::OfPaid(share) => ("paid", share.to_string(), None),
        SavedAmount::Fixed(amount) => ("fixed", String::new(), Some(amount)),
    };
    let address = saved.return_address_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let fields = [
        ("saved_name", saved.name.to_string()),
        ("type", saved.kind.to_string()),
        ("amount_of", amount_of.to_owned()),
        ("percent", percent),
        ("amount", fixed.map(refund_core::Money::decimal).unwrap_or_default()),
        ("currency", fixed.map(|amount| amount.currency().to_string()).unwrap_or_default()),
        ("return_address_id", address),
    ];
    let messages = Language::ALL.map(|language| {
        let message = saved.messages.get(language.tag()).map(ToString::to_string);
        (message_field(language), message.unwrap_or_default())
    });
    Form::of(fields.into_iter().chain(messages))
}

/// The prepared offer that a form makes.
pub(super) fn read(form: &Form, id: String) -> Result<SavedOffer, Mistake> {
    let name = form.needed("saved_name")?;
    let kind: RefundType = form.choice("type")?;
    let amount = amount(form)?;
    let named = form.get("return_address_id");
    let return_address_id = if kind == RefundType::RefundOnly || named.is_empty() {
        None
    } else {
        Some(form.choice::<AddressId>("return_address_id")?)
    };
    let messages = Language::ALL.into_iter().filter_map(|language| {
        let message = form.text(message_field(language)).transpose()?;
        Some(message.map(|message: OfferMessage| (language.tag().to_owned(), message)))
    });
    Ok(SavedOffer { id, name, kind, amount, messages: messages.collect::<Result<_, Mistake>>()?, return_address_id })
}

fn amount(form: &Form) -> Result<SavedAmount, Mistake> {
    let not_beside = |field: &'static str| {
        let is_empty = form.get(field).trim().is_empty();
        if is_empty { Ok(()) } else { Err(Mistake::new(field, "mistake-not-both")) }
    };
    let of: fn(Share) -> SavedAmount = match form.get("amount_of") {
        "requested" => SavedAmount::OfRequested,
        "paid" => SavedAmount::OfPaid,
        "fixed" => {
            not_beside("percent")?;
            let code = form.get("currency").trim().to_ascii_uppercase();
            let currency = Currency::from_code(&code).map_err(|_| Mistake::new("currency", "mistake-currency"))?;
            return Ok(SavedAmount::Fixed(form.money("amount", currency)?));
        }
        _ => return Err(Mistake::new("amount_of", "mistake-choose")),
    };
    not_beside("amount")?;
    let typed = form.get("percent");
    if typed.trim().is_empty() {
        return Err(Mistake::new("percent", "mistake-needed"));
    }
    percent(typed).map(of).map_err(|invalid| match invalid {
        InvalidShare::Malformed => Mistake::new("percent", "mistake-share"),
        InvalidShare::TooManyDecimals { .. } => Mistake::new("percent", "mistake-share-decimals"),
        InvalidShare::OutOfRange => Mistake::new("percent", "mistake-share-range"),
    })
}

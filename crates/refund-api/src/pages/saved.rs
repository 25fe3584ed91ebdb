//! Prepared offers where an offer is made: what each comes to there, and in which of its languages it speaks.

use refund_core::{MakeOffer, Refusal, SavedAmount, SavedOffer};
use refund_store::{Around, Settings};

use super::form::{Form, Mistake};
use super::reader::Reader;
use super::text::Language;
use super::view::refusal_text;
use super::visit::Visit;
use super::way::Way;
use crate::machine::entropy;
use crate::problem::Problem;

/// A prepared offer on the page where the one offer is made.
pub(crate) struct SavedView {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) amount: String,
    /// The same page with its fields filled.
    pub(crate) filled: String,
    pub(crate) is_chosen: bool,
    /// The same in each of its languages, where it has several: address, tag, name, and whether it is that.
    pub(crate) languages: Vec<(String, &'static str, &'static str, bool)>,
    /// All that stands against it.
    pub(crate) against: Vec<String>,
}

/// What a seller has prepared, in words: "10 % of what is asked for".
pub(super) fn amount_told(reader: &Reader, amount: SavedAmount) -> String {
    let share = |text: &str, share: refund_core::Share| reader.say_with(text, "percent", &share.to_string());
    match amount {
        SavedAmount::OfRequested(of) => share("saved-of-requested", of),
        SavedAmount::OfPaid(of) => share("saved-of-paid", of),
        SavedAmount::Fixed(amount) => reader.money(amount),
    }
}

/// The language in which a prepared offer speaks: the one that is asked for, or else the reader's, if it has them.
fn language<'a>(saved: &SavedOffer, asked: &'a str, reader: &Reader) -> Option<&'a str> {
    [asked, reader.language.tag()].into_iter().find(|tag| saved.messages.contains_key(*tag))
}

/// What a prepared offer comes to on a refund, and what stands against it.
fn on(
    visit: &Visit,
    around: &Around,
    saved: &SavedOffer,
    language: Option<&str>,
) -> Result<(MakeOffer, Vec<Refusal>), Problem> {
    let id = entropy::negotiation_id().map_err(|_| Problem::not_found())?;
    let terms = around.saved_offer(saved, id, language);
    let checked = around.check_offer(&visit.person()?.caller.itself(), &terms, visit.app.engine.store().now());
    Ok((terms, checked.err().unwrap_or_default()))
}

/// Each offer that the refund's seller has prepared.
pub(super) fn views(visit: &Visit, around: &Around) -> Result<Vec<SavedView>, Problem> {
    let (reader, asked) = (&visit.reader, &visit.query);
    let view = |saved: &SavedOffer| {
        let (terms, against) = on(visit, around, saved, None)?;
        let is_chosen = asked.get("saved") == saved.id && against.is_empty();
        let spoken = language(saved, asked.get("language"), reader);
        let filled = |language: &str| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(Way::of(asked).fields()).append_pair("saved", &saved.id);
            if !language.is_empty() {
                query.append_pair("language", language);
            }
            format!("/refunds/{}/offer?{}", around.refund.id, query.finish())
        };
        let written = Language::ALL.into_iter().filter(|language| saved.messages.contains_key(language.tag()));
        let languages = written.filter(|_| is_chosen && saved.messages.len() > 1).map(|language| {
            (filled(language.tag()), language.tag(), language.own_name(), spoken == Some(language.tag()))
        });
        Ok(SavedView {
            name: saved.name.to_string(),
            kind: reader.term("type", terms.kind.as_str()),
            amount: reader.money(terms.amount),
            filled: filled(""),
            is_chosen,
            languages: languages.collect(),
            against: against.iter().map(|refusal| refusal_text(reader, refusal)).collect(),
        })
    };
    let saved = visit.app.engine.settings().saved_offers(&around.refund.seller_id);
    saved.iter().map(|saved| view(saved)).collect()
}

/// The form of an offer, filled by the prepared one that the address names, if that could be made here.
pub(super) fn filled(visit: &Visit, around: &Around) -> Result<Option<Form>, Problem> {
    let (settings, asked) = (visit.app.engine.settings(), &visit.query);
    let Some(saved) = settings.saved_offer(&around.refund.seller_id, asked.get("saved")) else { return Ok(None) };
    let language = language(saved, asked.get("language"), &visit.reader);
    let (terms, against) = on(visit, around, saved, language)?;
    let address = terms.return_address_id.map(|id| id.to_string()).unwrap_or_default();
    let message = terms.message.map(|message| message.to_string()).unwrap_or_default();
    let form = Form::of([
        ("type", terms.kind.to_string()),
        ("amount", terms.amount.decimal()),
        ("return_address_id", address),
        ("message", message),
    ]);
    Ok(Some(form).filter(|_| against.is_empty()))
}

/// A prepared offer to be chosen for many refunds, in one of its languages.
pub(crate) struct SavedChoice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) is_chosen: bool,
}

/// All that can be chosen for many refunds, by whoever is signed in for a seller.
pub(super) fn choices(visit: &Visit) -> Vec<SavedChoice> {
    let reader = &visit.reader;
    let saved = visit.seller_id().map(|seller_id| visit.app.engine.settings().saved_offers(seller_id));
    let mut choices = Vec::new();
    for saved in saved.iter().flatten() {
        let kind = reader.term("type", saved.kind.as_str());
        let told = format!("{} · {} · {kind}", saved.name, amount_told(reader, saved.amount));
        let mut choice = |value: String, text: String| {
            let is_chosen = visit.form.get("saved") == value;
            choices.push(SavedChoice { value, text, is_chosen });
        };
        if saved.messages.len() < 2 {
            choice(saved.id.clone(), told);
            continue;
        }
        for language in Language::ALL.into_iter().filter(|language| saved.messages.contains_key(language.tag())) {
            choice(format!("{} {}", saved.id, language.tag()), format!("{told} · {}", language.own_name()));
        }
    }
    choices
}

/// The prepared offer that a form chooses for many refunds, and in which language.
pub(super) fn chosen<'s>(
    form: &'s Form,
    settings: &'s Settings,
    around: &Around,
) -> Option<(&'s SavedOffer, Option<&'s str>)> {
    let chosen = form.get("saved");
    let (id, language) = chosen.split_once(' ').map_or((chosen, None), |(id, language)| (id, Some(language)));
    let saved = settings.saved_offer(&around.refund.seller_id, id)?;
    language.is_none_or(|language| saved.messages.contains_key(language)).then_some((&**saved, language))
}

/// The offer that it comes to on one of them. What is typed beside it takes the place of its message.
pub(super) fn offered(form: &Form, settings: &Settings, around: &Around) -> Result<MakeOffer, Mistake> {
    if !form.get("amount").trim().is_empty() {
        return Err(Mistake::new("amount", "mistake-beside-saved"));
    }
    let gone = || Mistake::new("saved", "mistake-saved-gone");
    let (saved, language) = chosen(form, settings, around).ok_or_else(gone)?;
    let id = entropy::negotiation_id().map_err(|_| gone())?;
    let terms = around.saved_offer(saved, id, language);
    let message = form.text("message")?.or(terms.message);
    Ok(MakeOffer { message, agreed_offline: form.is_ticked("agreed_offline"), ..terms })
}

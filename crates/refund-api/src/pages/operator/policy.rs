//! The platform's policy: what it is, and what a change will mean before it is made.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Days;
use refund_core::{Policy, PolicyField, Reasons};
use refund_store::{PolicyChange, Request, SetUp, Tag};
use serde_json::Value;

use super::change::{done_before, replaced};
use super::fields::{FieldView, in_words, span_told, typed};
use super::reasons::lines;
use crate::call::on_own_thread;
use crate::pages::form::Mistake;
use crate::pages::frame::{Frame, Notice, go_and_tell, shown};
use crate::pages::seller_place;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::stats::{AskedDays, Numbers, counted, day_of};

/// Where the page is.
const HERE: &str = "/operator/policy";

#[derive(Template)]
#[template(path = "pages/operator/policy.html")]
struct Page {
    page: Frame,
    tag: String,
    fields: Vec<FieldView>,
    /// What would change, once that has been asked.
    review: Option<Review>,
}

struct Review {
    changes: Vec<ChangeView>,
    /// Sellers for whom it means nothing: who, where they are, and which fields they have for themselves.
    overriders: Vec<(String, String, String)>,
    is_cut: bool,
    /// Reminders that would never fire: how long before, and which deadlines are too short for them.
    idle: Vec<(String, String)>,
    /// How many of the latest answers a shorter time for them would have shut out.
    too_late: Option<String>,
    /// What was typed, to be sent again.
    sent: Vec<(String, String)>,
}

struct ChangeView {
    means: String,
    rule: &'static str,
    from: String,
    to: String,
    applies_to: String,
    keeps: String,
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    if visit.is_resumed {
        return as_typed(&visit, None, None);
    }
    as_it_is(&visit, done_before(&visit, &["saved"]))
}

/// The page with the policy as it stands.
fn as_it_is(visit: &Visit, notice: Option<Notice>) -> Result<Response, Problem> {
    let policy = visit.app.engine.settings().policy.clone();
    let values = serde_json::to_value(&*policy)?;
    let fields = FieldView::all(&visit.reader, &values, &values, &[]);
    page(visit, notice, Tag::of(&*policy)?.to_string(), fields, None)
}

/// The page with what was typed.
fn as_typed(visit: &Visit, notice: Option<Notice>, review: Option<Review>) -> Result<Response, Problem> {
    let present = serde_json::to_value(&*visit.app.engine.settings().policy)?;
    let fields = FieldView::typed(&visit.reader, &visit.form, &present);
    page(visit, notice, visit.form.get("tag").to_owned(), fields, review)
}

fn page(
    visit: &Visit,
    notice: Option<Notice>,
    tag: String,
    fields: Vec<FieldView>,
    review: Option<Review>,
) -> Result<Response, Problem> {
    let page = Frame::new(visit, "policy-title", "policy").coming_back_to(HERE.to_owned()).saying(notice);
    shown(page.status(), &Page { page, tag, fields, review })
}

/// Looks at what a change would mean, or makes it once that has been looked at.
pub(in crate::pages) async fn change(mut visit: Visit) -> Result<Response, Problem> {
    let actor = visit.operator()?.caller.itself();
    if visit.form.get("step") == "usual-reasons" {
        visit.form = visit.form.with(PolicyField::Reasons.as_str(), lines(&Reasons::usual()));
        return as_typed(&visit, None, None);
    }
    let policy = match typed(&visit.form, false) {
        Ok(fields) => Policy::default().with(&fields),
        Err((field, mistake)) => return as_typed(&visit, Some(field_mistaken(&visit, field, &mistake)), None),
    };
    if visit.form.get("step") == "save" {
        return match replaced(&visit, Request::new(actor, SetUp::PutPolicy(Box::new(policy)))).await? {
            Ok(_) => Ok(go_and_tell(HERE, "saved")),
            Err(moved) => as_it_is(&visit, Some(moved)),
        };
    }
    if visit.form.get("step") == "edit" {
        return as_typed(&visit, None, None);
    }
    let settings = visit.app.engine.settings();
    let change = on_own_thread(move || Ok(PolicyChange::look(&settings, policy))).await?;
    if change.changed.is_empty() {
        let notice = Notice::moved(visit.reader.say("policy-unchanged"));
        return as_typed(&visit, Some(notice.under(StatusCode::OK)), None);
    }
    let too_late = too_late(&visit, &change).await?;
    let review = Review { too_late, ..Review::new(&visit, change)? };
    as_typed(&visit, None, Some(review))
}

/// For how many days back it is looked what a change would have meant.
const LOOKED_BACK: u64 = 30;

/// What the latest answers to offers say of a shorter time for them; nothing where it is no shorter, or nobody answered.
async fn too_late(visit: &Visit, change: &PolicyChange) -> Result<Option<String>, Problem> {
    let (from, to) = (change.from.buyer_answer_seconds, change.to.buyer_answer_seconds);
    if to >= from {
        return Ok(None);
    }
    let today = day_of(visit.reader.now);
    let days = AskedDays { from: today.checked_sub_days(Days::new(LOOKED_BACK - 1)).unwrap_or(today), to: today };
    let counted = counted(&visit.app.engine, &visit.app.stats, None, days).await?;
    let (later, all) = Numbers::of_all(counted.values()).answered_later(u64::from(to.as_seconds()));
    let told = [("days", LOOKED_BACK), ("later", later), ("all", all)];
    Ok((all > 0)
        .then(|| visit.reader.language.say("policy-too-late", &told.map(|(name, number)| (name, number.into())))))
}

/// What is wrong with a field.
pub(in crate::pages) fn field_mistaken(visit: &Visit, field: PolicyField, mistake: &Mistake) -> Notice {
    Notice::mistaken(&visit.reader, &visit.reader.term("policy", field.as_str()), mistake)
}

impl Review {
    fn new(visit: &Visit, change: PolicyChange) -> Result<Self, Problem> {
        let reader = &visit.reader;
        let PolicyChange { from, to, changed, overriders } = change;
        let idle = to.idle_reminders().into_iter().map(|(field, before)| {
            (span_told(reader, before.as_seconds().into()), reader.term("policy", field.as_str()))
        });
        let idle = idle.collect();
        let (from, to) = (serde_json::to_value(&from)?, serde_json::to_value(&to)?);
        let value = |policy: &Value, field: PolicyField| {
            in_words(reader, field, policy.get(field.as_str()).unwrap_or(&Value::Null))
        };
        let changes = changed.iter().map(|field| ChangeView {
            means: reader.term("policy", field.as_str()),
            rule: field.rule().as_str(),
            from: value(&from, *field),
            to: value(&to, *field),
            applies_to: reader.term("policy-applies", field.as_str()),
            keeps: reader.term("policy-keeps", field.as_str()),
        });
        let named = |fields: &[PolicyField]| {
            let names = fields.iter().map(|field| reader.term("policy", field.as_str()));
            names.collect::<Vec<_>>().join(" · ")
        };
        let sent = visit.form.fields().filter(|(name, _)| !matches!(*name, "step" | "mark" | "once"));
        Ok(Self {
            changes: changes.collect(),
            overriders: (overriders.found.iter())
                .map(|(id, fields)| (id.to_string(), seller_place(id), named(fields)))
                .collect(),
            is_cut: overriders.is_cut,
            idle,
            too_late: None,
            sent: sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }
}

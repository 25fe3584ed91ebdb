//! The roll-out: to which sellers negotiation is open, batch by batch, by percentage and by name (S13, R37).

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::rollout::{Batch, Percentage};
use refund_core::{Label, Rollout, SellerId};
use refund_store::{Request, RolloutChange, SetUp, Settings, Tag};

use super::change::{done_before, replaced};
use crate::call::on_own_thread;
use crate::pages::form::{Form, Mistake};
use crate::pages::frame::{Frame, Notice, go_and_tell, shown};
use crate::pages::reader::is_same_instant;
use crate::pages::refund::told_mistake;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// How many sellers of a list are shown: a batch may have thousands.
const SHOWN_MAX: usize = 200;
/// What a form of this page can have done.
const DONE: [&str; 6] = ["opened", "closed", "added", "taken-out", "removed", "saved"];
/// Where the page is.
const HERE: &str = "/operator/rollout";

#[derive(Template)]
#[template(path = "pages/operator/rollout.html")]
struct Page {
    page: Frame,
    /// What a change would mean that closes something, once it was asked for.
    review: Option<Review>,
    tag: String,
    percentage: u8,
    batches: Vec<BatchView>,
    lists: Vec<SellersView>,
    zone: String,
    form: Form,
    /// Who was asked about, and what the roll-out says of them.
    asked: String,
    verdict: Option<(bool, String)>,
}

/// A change that closes negotiation to somebody, or may.
struct Review {
    does: String,
    subject: String,
    losers: SellersView,
    looked_at: usize,
    is_cut: bool,
    /// What was typed, to be sent again.
    sent: Vec<(String, String)>,
}

struct BatchView {
    index: usize,
    name: String,
    is_open: bool,
    /// Whether its instant has come, so that it is open whatever else is said.
    has_come: bool,
    opens_at: Option<String>,
    opens_at_typed: String,
    sellers: SellersView,
}

/// Some sellers by their ids.
struct SellersView {
    /// What the forms call the list.
    list: String,
    count: usize,
    ids: Vec<String>,
    more: usize,
    /// Those that nobody has set up: a seller may be let in beforehand, or be mistyped.
    unknown: Vec<String>,
}

impl SellersView {
    fn new(settings: &Settings, list: &str, sellers: &BTreeSet<SellerId>) -> Self {
        let unknown = sellers.iter().filter(|id| settings.seller(id).is_none());
        Self {
            list: list.to_owned(),
            count: sellers.len(),
            ids: sellers.iter().take(SHOWN_MAX).map(ToString::to_string).collect(),
            more: sellers.len().saturating_sub(SHOWN_MAX),
            unknown: unknown.take(SHOWN_MAX).map(ToString::to_string).collect(),
        }
    }
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    page(&visit, done_before(&visit, &DONE), None)
}

fn page(visit: &Visit, notice: Option<Notice>, review: Option<Review>) -> Result<Response, Problem> {
    let (settings, reader) = (visit.app.engine.settings(), &visit.reader);
    let rollout = settings.rollout.clone();
    let batch = |(index, batch): (usize, &Batch)| BatchView {
        index,
        name: batch.name.to_string(),
        is_open: batch.open,
        has_come: batch.opens_at.is_some_and(|at| at <= reader.now),
        opens_at: batch.opens_at.map(|at| reader.instant(at)),
        opens_at_typed: batch.opens_at.map(|at| reader.typed_instant(at)).unwrap_or_default(),
        sellers: SellersView::new(&settings, &index.to_string(), &batch.sellers),
    };
    let asked = visit.query.get("seller").trim().to_owned();
    let notice = notice.or_else(|| unknown(visit, &asked));
    let shown_page = Page {
        page: Frame::new(visit, "rollout-title", "rollout").coming_back_to(HERE.to_owned()).saying(notice),
        review,
        tag: Tag::of(&*rollout)?.to_string(),
        percentage: rollout.percentage.into(),
        batches: rollout.batches.iter().enumerate().map(batch).collect(),
        lists: [("allow", &rollout.allow), ("deny", &rollout.deny)]
            .map(|(list, sellers)| SellersView::new(&settings, list, sellers))
            .into(),
        zone: reader.zone_told(),
        form: visit.form.clone(),
        verdict: verdict(visit, &rollout, &asked),
        asked,
    };
    shown(shown_page.page.status(), &shown_page)
}

/// What is wrong with an id that can't be a seller's.
fn unknown(visit: &Visit, asked: &str) -> Option<Notice> {
    let is_wrong = !asked.is_empty() && SellerId::new(asked).is_err();
    is_wrong.then(|| told_mistake(visit, &Mistake::new("seller", "mistake-id")).under(StatusCode::OK))
}

/// Whether negotiation is open to a seller, and why.
fn verdict(visit: &Visit, rollout: &Rollout, asked: &str) -> Option<(bool, String)> {
    let reader = &visit.reader;
    let verdict = rollout.check(&SellerId::new(asked).ok()?, reader.now);
    let why = match verdict.opens_at {
        Some(at) => reader.say_with("because-not-yet-until", "at", &reader.instant(at)),
        None => reader.term("because", verdict.because.as_str()),
    };
    Some((verdict.is_open(), why))
}

/// Replaces the roll-out by what a form makes of it; what closes something is looked at first.
pub(in crate::pages) async fn change(visit: Visit) -> Result<Response, Problem> {
    let actor = visit.operator()?.caller.itself();
    let before = visit.app.engine.settings().rollout.clone();
    let moved = || Notice::moved(visit.reader.say("settings-moved"));
    let (rollout, done) = match changed(&visit, &before) {
        Ok(Some(changed)) => changed,
        // Its batch is gone: the page was made of something else.
        Ok(None) => return page(&visit, Some(moved()), None),
        Err(mistake) => return page(&visit, Some(told_mistake(&visit, &mistake)), None),
    };
    if visit.form.get("step") != "save"
        && let Some(review) = closing(&visit, &before, &rollout).await?
    {
        // A batch is named by its place: in another roll-out it is another.
        if visit.form.get("tag") != Tag::of(&*before)?.to_string() {
            return page(&visit, Some(moved()), None);
        }
        return page(&visit, None, Some(review));
    }
    match replaced(&visit, Request::new(actor, SetUp::PutRollout(Box::new(rollout)))).await? {
        Ok(_) => Ok(go_and_tell(HERE, done)),
        Err(moved) => page(&visit, Some(moved), None),
    }
}

/// What a change would mean that closes something.
async fn closing(visit: &Visit, before: &Rollout, after: &Rollout) -> Result<Option<Review>, Problem> {
    let (settings, form, reader) = (visit.app.engine.settings(), &visit.form, &visit.reader);
    let step = form.get("do");
    let change = {
        let (settings, after, now) = (settings.clone(), after.clone(), reader.now);
        on_own_thread(move || Ok(RolloutChange::look(&settings, &after, now))).await?
    };
    let closes = matches!(step, "close" | "remove") || after.percentage < before.percentage;
    if !closes && change.losers.is_empty() {
        return Ok(None);
    }
    let named = |index: &str| index.parse::<usize>().ok().and_then(|index| before.batches.get(index));
    let subject = match (step, form.get("list")) {
        ("percentage", _) => format!("{} → {}", u8::from(before.percentage), u8::from(after.percentage)),
        (_, list @ ("allow" | "deny")) => reader.term("rollout-list", list),
        (_, list) => {
            let batch = named(if list.is_empty() { form.get("batch") } else { list });
            batch.map(|batch| batch.name.to_string()).unwrap_or_default()
        }
    };
    let sent = form.fields().filter(|(name, _)| !matches!(*name, "step" | "mark" | "once"));
    Ok(Some(Review {
        does: reader.term("rollout-does", step),
        subject,
        losers: SellersView::new(&settings, "", &change.losers),
        looked_at: change.looked_at,
        is_cut: change.is_cut,
        sent: sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }))
}

type Changed = Option<(Rollout, &'static str)>;

/// The roll-out as a form wants it; nothing where it speaks of a batch that isn't there.
fn changed(visit: &Visit, before: &Rollout) -> Result<Changed, Mistake> {
    let (form, mut rollout) = (&visit.form, before.clone());
    let done = match form.get("do") {
        "percentage" => {
            let typed: u8 = form.get("percentage").trim().parse().map_err(|_| not_percent())?;
            rollout.percentage = Percentage::try_from(typed).map_err(|_| not_percent())?;
            "saved"
        }
        "new" => {
            rollout.batches.push(Batch {
                name: form.needed("batch_name")?,
                sellers: sellers(form)?,
                open: form.is_ticked("open"),
                opens_at: visit.reader.read_instant(form, "opens_at")?,
            });
            named_alone(&rollout, form)?;
            "added"
        }
        step @ ("add" | "take-out") => {
            let named = sellers(form)?;
            if named.is_empty() {
                return Err(Mistake::new("sellers", "mistake-needed"));
            }
            let Some(list) = list_of(&mut rollout, form.get("list")) else { return Ok(None) };
            if step == "add" {
                list.extend(named)
            } else {
                list.retain(|seller| !named.contains(seller))
            }
            if step == "add" { "added" } else { "taken-out" }
        }
        step => return batch_changed(visit, rollout, step),
    };
    Ok(Some((rollout, done)))
}

/// No two batches get one name; of those that had one before, each may get another.
fn named_alone(rollout: &Rollout, form: &Form) -> Result<(), Mistake> {
    let typed: Label = form.needed("batch_name")?;
    let alike = rollout.batches.iter().filter(|batch| batch.name == typed).count();
    if alike > 1 { Err(Mistake::new("batch_name", "mistake-batch-name")) } else { Ok(()) }
}

fn not_percent() -> Mistake {
    Mistake::new("percentage", "mistake-percentage")
}

/// What a form about one batch makes of the roll-out.
fn batch_changed(visit: &Visit, mut rollout: Rollout, step: &str) -> Result<Changed, Mistake> {
    let form = &visit.form;
    let Ok(index) = form.get("batch").parse::<usize>() else { return Ok(None) };
    let Some(batch) = rollout.batches.get_mut(index) else { return Ok(None) };
    let done = match step {
        "open" => {
            batch.open = true;
            "opened"
        }
        // An instant that has come would keep it open.
        "close" => {
            batch.open = false;
            batch.opens_at = batch.opens_at.filter(|at| *at > visit.reader.now);
            "closed"
        }
        "save" => {
            batch.name = form.needed("batch_name")?;
            // What is written may stand for two instants, where clocks are put back: it is read only where it was changed.
            let is_as_it_was = |was: &str| is_same_instant(was, form.get("opens_at"));
            if !form.all("opens_at_was").next().is_some_and(is_as_it_was) {
                batch.opens_at = visit.reader.read_instant(form, "opens_at")?;
            }
            named_alone(&rollout, form)?;
            "saved"
        }
        "remove" => {
            rollout.batches.remove(index);
            "removed"
        }
        _ => return Err(Mistake::new("action", "mistake-choose")),
    };
    Ok(Some((rollout, done)))
}

/// The sellers of a list or of a batch.
fn list_of<'r>(rollout: &'r mut Rollout, name: &str) -> Option<&'r mut BTreeSet<SellerId>> {
    match name {
        "allow" => Some(&mut rollout.allow),
        "deny" => Some(&mut rollout.deny),
        batch => rollout.batches.get_mut(batch.parse::<usize>().ok()?).map(|batch| &mut batch.sellers),
    }
}

/// The ids that were typed, however they are set apart.
fn sellers(form: &Form) -> Result<BTreeSet<SellerId>, Mistake> {
    let typed = form.get("sellers").split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；'));
    let ids = typed.filter(|id| !id.is_empty()).map(SellerId::new);
    ids.collect::<Result<_, _>>().map_err(|_| Mistake::new("sellers", "mistake-id"))
}

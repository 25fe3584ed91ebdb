//! How the server fares: what a probe is told, and what waits. It shows what `/readyz` and `/metrics` say, and measures
//! nothing of its own.

use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_store::Health;

use crate::health::{self, Awaited, Check, UNSETTLED_COUNTED_MAX, Unsettled, unsent};
use crate::machine::clock::system_now;
use crate::metrics::VERSION;
use crate::pages::frame::{Frame, shown};
use crate::pages::visit::Visit;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "pages/operator/health.html")]
struct Page {
    page: Frame,
    checks: Vec<CheckView>,
    is_well: bool,
    is_held: bool,
    unsettled: String,
    unsettled_for: Option<String>,
    awaited: Vec<AwaitedView>,
    unsent: u64,
    unsent_for: Option<String>,
    space_left: Option<String>,
    version: &'static str,
    machine: String,
    engine: String,
    is_test_clock: bool,
}

/// What somebody should have done by now.
struct AwaitedView {
    who: String,
    what: String,
    count: usize,
    longest: Option<String>,
}

struct CheckView {
    name: String,
    is_well: bool,
    /// What is wrong, as a probe is told it.
    detail: String,
    /// What can be done about it.
    remedy: String,
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    let (app, reader) = (&visit.app, &visit.reader);
    let failing = health::failing(app.engine.store(), app.webhooks.book_fails()).await;
    let unsettled = Unsettled::look(app.engine.store()).await?;
    let awaited = Awaited::look(app.engine.store()).await?;
    let (unsent, unsent_for) = unsent(app).await?;
    let Health { space_left, held: is_held, .. } = app.engine.store().health();
    let remedies = if app.engine.store().is_shared() { "check-remedy-shared" } else { "check-remedy" };
    let check = |check: Check| {
        let found = failing.iter().find(|failing| failing.check == check);
        CheckView {
            name: reader.term("check", check.as_str()),
            is_well: found.is_none(),
            detail: found.map_or_else(String::new, |failing| failing.detail.clone()),
            remedy: found.map_or_else(String::new, |_| reader.term(remedies, check.as_str())),
        }
    };
    let long = |duration: Duration| {
        let minutes = i64::try_from(duration.as_secs() / 60).unwrap_or(i64::MAX);
        (!duration.is_zero()).then(|| reader.span(minutes))
    };
    let view = |awaited: &Awaited| AwaitedView {
        who: reader.term("role", awaited.kind.who().as_str()),
        what: reader.term("deadline", awaited.kind.as_str()),
        count: awaited.count,
        longest: long(awaited.for_how_long),
    };
    let is_cut = unsettled.count >= UNSETTLED_COUNTED_MAX;
    let page = Page {
        page: Frame::new(&visit, "health-title", "health"),
        checks: Check::of(app.engine.store()).map(check).collect(),
        is_well: failing.is_empty(),
        is_held,
        unsettled: if is_cut {
            reader.say_count("health-at-least", "count", &unsettled.count)
        } else {
            unsettled.count.to_string()
        },
        unsettled_for: long(unsettled.for_how_long),
        awaited: awaited.iter().map(view).collect(),
        unsent,
        unsent_for: long(unsent_for),
        space_left: space_left.map(|bytes| crate::pages::reader::grouped(&(bytes >> 20).to_string())),
        version: VERSION,
        machine: reader.instant(system_now()),
        engine: reader.instant(reader.now),
        is_test_clock: visit.app.test_clock,
    };
    shown(StatusCode::OK, &page)
}

//! What is known of people on a refund is erased (R46): what goes and what stays is shown before it is done, because
//! nothing brings it back.

use askama::Template;
use axum::response::Response;
use refund_core::{ErasedBecause, ErasedKind, Erasing, Refund, Role};
use refund_store::{Request, Work};

use super::form::{Form, Mistake};
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::refund::{page as refund_page, told_mistake, told_no};
use super::view::RefundView;
use super::visit::Visit;
use super::way::Way;
use crate::app::to_the_end;
use crate::problem::Problem;

/// What is chosen, or what that would mean once it has been looked at.
#[derive(Template)]
#[template(path = "pages/erasure.html")]
struct Page {
    page: Frame,
    refund: RefundView,
    form: Form,
    /// Each kind by its name, and what it is called.
    kinds: Vec<(&'static str, String)>,
    review: Option<Review>,
}

/// An erasure that can be made.
struct Review {
    what: Vec<String>,
    because: String,
    reason: String,
    fields: Vec<(String, String)>,
}

pub(super) async fn ask(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.operator()?.caller.clone();
    let refund = visit.app.known(&caller, &visit.refund_id()?).await?;
    page(&visit, &refund, None, None)
}

/// Looks at what was chosen, or erases it once it has been looked at.
pub(super) async fn erase(visit: Visit) -> Result<Response, Problem> {
    to_the_end(erased(visit)).await?
}

async fn erased(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.operator()?.caller.clone();
    let refund = visit.app.known(&caller, &visit.refund_id()?).await?;
    let erasing = match chosen(&visit.form) {
        Ok(erasing) => erasing,
        Err(mistake) => return page(&visit, &refund, Some(told_mistake(&visit, &mistake)), None),
    };
    match visit.form.get("step") {
        "erase" => {
            let refund_id = refund.id.clone();
            let work = Work::Erase { refund_id: refund_id.clone(), erasing };
            match visit.done(Request::new(caller.itself(), work)).await? {
                Ok(()) => {
                    let refund = visit.app.known(&caller, &refund_id).await?;
                    visit.app.erase_files(&refund).await?;
                    Ok(go_and_tell(&Way::of(&visit.query).to(&refund_id), "forgotten"))
                }
                Err(refused) => refund_page(&visit, Some(told_no(&visit, &refused))).await,
            }
        }
        "review" => {
            let review = Review::new(&visit, &erasing);
            page(&visit, &refund, None, Some(review))
        }
        _ => page(&visit, &refund, None, None),
    }
}

fn chosen(form: &Form) -> Result<Erasing, Mistake> {
    let what: Vec<_> = form.all("what").filter_map(|kind| kind.parse::<ErasedKind>().ok()).collect();
    if what.is_empty() {
        return Err(Mistake::new("what", "mistake-choose"));
    }
    let because = form.get("because").parse::<ErasedBecause>();
    let because = because.map_err(|_| Mistake::new("because", "mistake-choose"))?;
    Ok(Erasing { what: Some(what), because, reason: form.needed("reason")? })
}

fn page(visit: &Visit, refund: &Refund, notice: Option<Notice>, review: Option<Review>) -> Result<Response, Problem> {
    let kind = |kind: &ErasedKind| (kind.as_str(), visit.reader.term("erased", kind.as_str()));
    let shown_page = Page {
        page: Frame::new(visit, "erasure-title", "refunds").saying(notice),
        refund: RefundView::new(&visit.reader, &visit.reasons(&refund.seller_id), refund, Role::Operator),
        form: visit.form.clone(),
        kinds: ErasedKind::ALL.iter().map(kind).collect(),
        review,
    };
    shown(shown_page.page.status(), &shown_page)
}

impl Review {
    fn new(visit: &Visit, erasing: &Erasing) -> Self {
        let fields = visit.form.fields().filter(|(name, _)| matches!(*name, "what" | "because" | "reason"));
        Self {
            what: erasing.what.iter().flatten().map(|kind| visit.reader.term("erased", kind.as_str())).collect(),
            because: visit.reader.say(match erasing.because {
                ErasedBecause::Final => "erasure-final-refund",
                ErasedBecause::Law => "erasure-law",
            }),
            reason: erasing.reason.to_string(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }
}

//! Evidence on pages (R43): files come with a form of their own, and stand beside what happened.

use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::Response;
use futures_util::{Stream, StreamExt, TryStreamExt};
use multer::{Constraints, Field, Multipart, SizeLimit};
use refund_core::{Evidence, FileHash, FileName, FileSize, NamedFiles, Refund, RefundId};
use refund_store::{Refused, Request, Work};

use super::buyer;
use super::form::Form;
use super::frame::{Notice, go_and_tell};
use super::leading::{gone_to, is_behind_a_page};
use super::refund::{page, told_no};
use super::visit::{OpenVisit, Visit};
use super::way::Way;
use crate::app::to_the_end;
use crate::call::{as_it_is, pass_over};
use crate::callers::Caller;
use crate::evidence::{self, Size};
use crate::problem::Problem;
use crate::wire::code::{ApiCode, Code};

/// The most that a form with files has, in bytes, each of its fields that is none, and what stands before the first file.
const FORM_MAX: u64 = (NamedFiles::MAX as u64 + 1) * FileSize::MAX as u64;
const FIELD_MAX: u64 = 4 * 1024;
const BEFORE_FILES_MAX: u64 = 1024 * 1024;
/// How many parts it has at the most, and how long the next one is waited for.
const PARTS_MAX: usize = 32;
const PART_WAIT: Duration = Duration::from_secs(30);

/// What whoever is signed in adds.
pub(super) async fn add(sent: OpenVisit) -> Result<Response, Problem> {
    if sent.visit.person.is_none() {
        pass_over(sent.request).await;
        return Err(Problem::new(ApiCode::Unauthenticated, "nobody is signed in"));
    }
    let mut form = SentFiles::of(sent).await?;
    form.read_fields().await?;
    let caller = form.visit.person()?.caller.clone();
    let id = form.visit.refund_id()?;
    let answer = form.take_in(&caller, &id).await?;
    match answer {
        None => Ok(form.leads_to(&Way::of(&form.visit.query).to(&id))),
        no => page(&form.visit, no).await,
    }
}

/// What the buyer adds.
pub(super) async fn add_by_buyer(sent: OpenVisit) -> Result<Response, Problem> {
    let (caller, id) = match sent.visit.buyer().await {
        Ok(buyer) => buyer,
        Err(problem) => {
            pass_over(sent.request).await;
            return Err(problem);
        }
    };
    let mut form = SentFiles::of(sent).await?;
    form.read_fields().await?;
    let answer = form.take_in(&caller, &id).await?;
    match answer {
        None => Ok(form.leads_to(&format!("/b/{}", form.visit.param("token")))),
        no => buyer::page(&form.visit, &caller, &id, no).await,
    }
}

/// Erases a file for good, as an operator asks for.
pub(super) async fn erase(visit: Visit) -> Result<Response, Problem> {
    to_the_end(erased(visit)).await?
}

async fn erased(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.operator()?.caller.clone();
    let refund_id = visit.refund_id()?;
    let sha256: FileHash = visit.param("sha256").parse().map_err(|_| Problem::not_found())?;
    visit.app.evidence.can_erase()?;
    let work = Work::EraseEvidence { refund_id: refund_id.clone(), sha256 };
    match visit.done(Request::new(caller.itself(), work)).await? {
        Ok(()) => {
            visit.app.evidence.erase(&refund_id, &sha256).await?;
            Ok(go_and_tell(&Way::of(&visit.query).to(&refund_id), "erased"))
        }
        Err(refused) => page(&visit, Some(told_no(&visit, &refused))).await,
    }
}

/// Shows a file to whoever is signed in.
pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let id = visit.refund_id()?;
    shown(&visit, &caller, &id).await
}

/// Shows a file to the buyer.
pub(super) async fn show_to_buyer(visit: Visit) -> Result<Response, Problem> {
    let (caller, id) = visit.buyer().await?;
    shown(&visit, &caller, &id).await
}

async fn shown(visit: &Visit, caller: &Caller, id: &RefundId) -> Result<Response, Problem> {
    let refund = visit.app.known(caller, id).await?;
    let sha256 = visit.param("sha256").parse().map_err(|_| Problem::not_found())?;
    let size = if visit.query.get("size") == "small" { Size::Small } else { Size::Whole };
    evidence::sent(&visit.app.evidence, &refund, sha256, size).await
}

/// A form with files, as it comes.
struct SentFiles {
    visit: Visit,
    parts: Multipart<'static>,
    /// The first file, once the fields before it are read.
    first: Option<Field<'static>>,
    /// How many parts have come.
    count: usize,
    /// Whether files have begun to come, which may be long.
    has_begun: Arc<AtomicBool>,
    /// Whether the page sends it by itself, to show how far it is.
    is_behind_a_page: bool,
}

impl SentFiles {
    async fn of(OpenVisit { visit, request }: OpenVisit) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_behind_a_page = is_behind_a_page(request.headers());
        let read = as_it_is(request.headers());
        let boundary = read.and_then(|()| multer::parse_boundary(kind).map_err(|error| unreadable(&error)));
        let boundary = match boundary {
            Ok(boundary) => boundary,
            Err(problem) => {
                // Else its sender may find the connection gone, and no answer.
                pass_over(request).await;
                return Err(problem);
            }
        };
        // A file that is too large is told as that, and the others are taken: it is measured where it is taken in.
        let limits = SizeLimit::new().whole_stream(FORM_MAX).per_field(FIELD_MAX).for_field("files", FORM_MAX);
        let has_begun = Arc::new(AtomicBool::new(false));
        let body = before_files(request.into_body(), has_begun.clone());
        let parts = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(limits));
        Ok(Self { visit, parts, first: None, count: 0, has_begun, is_behind_a_page })
    }

    /// Leads to the page, which tells that all was added.
    fn leads_to(&self, page: &str) -> Response {
        let led = go_and_tell(page, "files");
        if self.is_behind_a_page { gone_to(led) } else { led }
    }

    /// What stands before the files: whose form it is.
    async fn read_fields(&mut self) -> Result<(), Problem> {
        let mut fields = Form::default();
        while let Some(part) = self.next_part().await? {
            if part.file_name().is_some() {
                self.has_begun.store(true, Ordering::Relaxed);
                self.first = Some(part);
                break;
            }
            let name = part.name().unwrap_or_default().to_owned();
            let text = in_time(part.text()).await?.map_err(|error| unreadable(&error))?;
            fields = fields.with(&name, text);
        }
        // Each file is a change of its own, and the same one twice is one: nothing has to make the form act once.
        self.visit.form = fields.without(&["once"]);
        Ok(())
    }

    /// Takes one file in after the other; what stands against one of them is told, and the others are there.
    async fn take_in(&mut self, caller: &Caller, id: &RefundId) -> Result<Option<Notice>, Problem> {
        let mut refund = self.visit.app.known(caller, id).await?;
        let (mut count, mut no) = (0_usize, None);
        while let Some(part) = self.next_file().await? {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.map_err(|error| error.to_string());
            let bytes = bytes.try_filter(|bytes| ready(!bytes.is_empty()));
            let mut bytes = pin!(bytes.peekable());
            // A form on which no file was chosen has one without a name, in which there is nothing.
            if name.is_empty() && in_time(bytes.as_mut().peek()).await?.is_none() {
                continue;
            }
            count = count.saturating_add(1);
            let told = if count > NamedFiles::MAX {
                Some(self.tell("files-too-many", &NamedFiles::MAX.to_string()))
            } else {
                self.add(caller, &refund, &name, bytes).await?
            };
            no = no.or(told);
            refund = self.visit.app.known(caller, id).await?;
        }
        let nothing = (count == 0).then(|| self.tell("files-none", ""));
        Ok(no.or(nothing))
    }

    async fn next_part(&mut self) -> Result<Option<Field<'static>>, Problem> {
        self.count = self.count.saturating_add(1);
        if self.count > PARTS_MAX {
            return Err(Problem::new(ApiCode::BodyTooLarge, format!("the form has more than {PARTS_MAX} parts")));
        }
        in_time(self.parts.next_field()).await?.map_err(|error| unreadable(&error))
    }

    async fn next_file(&mut self) -> Result<Option<Field<'static>>, Problem> {
        loop {
            let part = match self.first.take() {
                Some(first) => Some(first),
                None => self.next_part().await?,
            };
            match part {
                Some(part) if part.file_name().is_none() => {}
                part => return Ok(part),
            }
        }
    }

    /// Adds one file; what stands against it, if something does.
    async fn add(
        &self,
        caller: &Caller,
        refund: &Refund,
        name: &str,
        bytes: evidence::Parts<'_>,
    ) -> Result<Option<Notice>, Problem> {
        let visit = &self.visit;
        let actor = caller.actor_among(refund, Evidence::SIDES)?;
        let ask = async |request: Request, _: [u8; 32]| {
            // Whoever sends it may be signed out, or have another link, by the time that it is there.
            if let Caller::Buyer { .. } = caller {
                visit.buyer().await?;
            } else if !visit.is_signed_in_still().await {
                return Err(Problem::new(ApiCode::Unauthenticated, "the session has ended"));
            }
            Ok(visit.asking(request))
        };
        match visit.app.add_evidence(caller, refund, &actor, plain(name), bytes, ask).await {
            Ok(Ok(_)) => Ok(None),
            Ok(Err(refused @ (Refused::Rule { .. } | Refused::TooOften { .. }))) => Ok(Some(told_no(visit, &refused))),
            Ok(Err(refused)) => Err(refused.into()),
            Err(problem) if problem.code() == Code::Api(ApiCode::FileTooLarge) => {
                Ok(Some(self.tell("files-too-large", name)))
            }
            Err(problem) if problem.code() == Code::Api(ApiCode::FileNotTaken) => {
                Ok(Some(self.tell("files-not-taken", name)))
            }
            Err(problem) => Err(problem),
        }
    }

    fn tell(&self, text: &str, what: &str) -> Notice {
        Notice::bad(self.visit.reader.say_with(text, "what", what))
    }
}

/// A form's body, of which little may come before its files do.
fn before_files(
    body: Body,
    has_begun: Arc<AtomicBool>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let mut came = 0_u64;
    body.into_data_stream().map(move |part| {
        let part = part.map_err(std::io::Error::other)?;
        came = came.saturating_add(part.len() as u64);
        if came > BEFORE_FILES_MAX && !has_begun.load(Ordering::Relaxed) {
            return Err(std::io::Error::other("too much stands before the files"));
        }
        Ok(part)
    })
}

/// What comes of a form next, where it comes in time.
async fn in_time<T>(next: impl Future<Output = T>) -> Result<T, Problem> {
    let slow = |_| Problem::new(ApiCode::BodyTooSlow, "the form took too long to arrive");
    tokio::time::timeout(PART_WAIT, next).await.map_err(slow)
}

fn unreadable(error: &multer::Error) -> Problem {
    let is_too_large =
        matches!(error, multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. });
    let code = if is_too_large { ApiCode::FileTooLarge } else { ApiCode::MalformedBody };
    Problem::new(code, format!("the form can't be read: {error}"))
}

/// A file's name without its folders, and without what names here have not; it may be none.
fn plain(name: &str) -> FileName {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|sign| !sign.is_control()).take(FileName::MAX).collect();
    kept.parse().unwrap_or_default()
}

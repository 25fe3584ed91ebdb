//! Evidence: files that the parties of a refund and the operator add to it (R43).

use std::pin::pin;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use refund_core::{Actor, Evidence, EvidenceFile, FileHash, FileName, Refund, RefundId, Role};
use refund_store::{Answer, Answered, Request, Work};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::refunds::{marked, unexpected};
use crate::app::to_the_end;
use crate::call::{Call, OpenCall};
use crate::evidence::{Size, sent};
use crate::problem::Problem;
use crate::wire::{EvidenceAddedData, FileOut};

/// How a file is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct FileNaming {
    /// As people are to see it: at most 120 characters, and no path.
    #[serde(default)]
    name: FileName,
}

/// Which picture is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct FileLook {
    /// `small` for the small one of a picture, with at most 480 pixels at its longer side.
    #[serde(default)]
    #[param(inline)]
    size: Option<PictureSize>,
}

/// How large a picture is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum PictureSize {
    Small,
}

/// A file, byte by byte.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "it is a schema of the contract")]
struct FileBytes(Vec<u8>);

/// Adds a file to a refund, whatever its status: a picture (JPEG, PNG, WebP) or a PDF of at most 10 MiB, as the body.
///
/// What it is says how it begins, whatever `Content-Type` says. A picture is written anew, so that neither where it was
/// taken nor by which camera is in it: `sha256` is of what is kept. The platform adds for the buyer. The same file again
/// is the same file.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/files", tag = "evidence", operation_id = "add_file", params(FileNaming),
    request_body(content = FileBytes, content_type = "application/octet-stream"),
    responses(
        (status = CREATED, body = FileOut),
        (status = FORBIDDEN),
        (status = CONFLICT),
        (status = UNPROCESSABLE_ENTITY)
    ),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn add(OpenCall { mut call, body }: OpenCall) -> Result<Response, Problem> {
    let (refund, actor, name) = match adding(&call).await {
        Ok(adding) => adding,
        Err(problem) => {
            call.pass_over(body).await;
            return Err(problem);
        }
    };
    let (app, caller) = (call.app.clone(), call.caller.clone());
    let parts = pin!(body.into_data_stream().map_err(|error| error.to_string()));
    let ask = async |request: Request, sent: [u8; 32]| {
        // A key or a link may be taken away while a file is on its way.
        call.recognise_again().await?;
        let (viewers, idempotency) = (call.caller.actors(&refund), call.idempotency_of_file(&sent)?);
        Ok(call.coming_from_there(Request { viewers, idempotency, ..request }))
    };
    let (file, answered) = app.add_evidence(&caller, &refund, &actor, name, parts, ask).await??;
    let Answered { answer: Answer::Refund { seen, .. }, replayed, .. } = answered else { return Err(unexpected()) };
    let added = seen.refund.evidence.of(actor.role, file.sha256).ok_or_else(unexpected)?;
    Ok(marked((StatusCode::CREATED, Json(FileOut::from(added))).into_response(), replayed))
}

async fn adding(call: &Call) -> Result<(Arc<Refund>, Actor, FileName), Problem> {
    let refund = call.app.known(&call.caller, &call.id()?).await?;
    let actor = call.caller.actor_among(&refund, Evidence::SIDES)?;
    call.comes_as_it_is()?;
    Ok((refund, actor, call.query::<FileNaming>()?.name))
}

/// Takes a file in that is to go with a refund which is not open yet: `files` of its opening names it by its hash.
///
/// It is held for 24 hours at least, for the key that handed it in. The same file again is the same file, so that no
/// idempotency key is remembered. All else is as for a file of a refund.
#[utoipa::path(
    post, path = "/v1/files", tag = "evidence", operation_id = "hold_file", params(FileNaming),
    request_body(content = FileBytes, content_type = "application/octet-stream"),
    responses((status = CREATED, body = EvidenceAddedData)), security(("key" = ["platform"])),
)]
pub(super) async fn hold(OpenCall { mut call, body }: OpenCall) -> Result<Response, Problem> {
    let naming = || {
        call.caller.only(&[Role::Platform])?;
        call.comes_as_it_is()?;
        call.query::<FileNaming>()
    };
    let FileNaming { name } = match naming() {
        Ok(named) => named,
        Err(problem) => {
            call.pass_over(body).await;
            return Err(problem);
        }
    };
    let parts = pin!(body.into_data_stream().map_err(|error| error.to_string()));
    let file: EvidenceFile = call.app.evidence.hold(call.caller.tenant(), name, parts).await?;
    call.recognise_again().await?;
    Ok((StatusCode::CREATED, Json(EvidenceAddedData::from(&file))).into_response())
}

/// Gives out a file of a refund to whoever may see the refund, or the small picture of it.
///
/// A browser shows pictures and saves all else; whatever it is, it can run nothing. `410` says that it was erased.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/files/{sha256}", tag = "evidence", operation_id = "get_file",
    params(("sha256" = FileHash, Path, description = "Which file, as the refund's `files` name it."), FileLook),
    responses(
        (status = OK, description = "The file, or the small picture of it.",
            content((FileBytes = "image/jpeg"), (FileBytes = "image/png"), (FileBytes = "application/pdf"))),
        (status = GONE),
    ),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn show(call: Call) -> Result<Response, Problem> {
    let refund = call.app.known(&call.caller, &call.id()?).await?;
    let size = call.query::<FileLook>()?.size.map_or(Size::Whole, |PictureSize::Small| Size::Small);
    sent(&call.app.evidence, &refund, hash(&call)?, size).await
}

/// Erases a file of a refund for good. What it was, who added it and when stays, and that it was erased.
#[utoipa::path(
    delete, path = "/v1/refunds/{id}/files/{sha256}", tag = "evidence", operation_id = "erase_file",
    params(("sha256" = FileHash, Path, description = "Which file, as the refund's `files` name it.")),
    responses((status = OK, body = FileOut), (status = UNPROCESSABLE_ENTITY)), security(("key" = ["operator"])),
)]
pub(super) async fn erase(call: Call) -> Result<Json<FileOut>, Problem> {
    to_the_end(erased(call)).await?
}

async fn erased(call: Call) -> Result<Json<FileOut>, Problem> {
    call.caller.only(&[Role::Operator])?;
    call.app.evidence.can_erase()?;
    let (refund_id, sha256): (RefundId, _) = (call.id()?, hash(&call)?);
    let work = Work::EraseEvidence { refund_id: refund_id.clone(), sha256 };
    call.change(Request::new(call.caller.itself(), work)).await?;
    // Asked again, it is done again: what was recorded may not have been erased yet.
    call.app.evidence.erase(&refund_id, &sha256).await?;
    let refund = call.app.known(&call.caller, &refund_id).await?;
    Ok(Json(FileOut::from(refund.evidence.get(sha256).ok_or_else(unexpected)?)))
}

fn hash(call: &Call) -> Result<FileHash, Problem> {
    call.id_named("sha256")
}

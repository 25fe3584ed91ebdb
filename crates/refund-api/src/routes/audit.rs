//! What is for the audit: who did what to the settings, who ruled, who signed in.

use axum::Json;
use refund_core::{AuditType, Role, Timestamp};
use refund_store::{AuditQuery, Audited};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lists::{Limit, Several};
use crate::call::Call;
use crate::callers::Caller;
use crate::problem::Problem;
use crate::secrets::cursor::another_lists;
use crate::wire::{AuditOut, EventOut, Items};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AuditParams {
    /// What is about that, or about one of several, with commas between.
    #[param(value_type = Option<Vec<AuditType>>, style = Form, explode = false)]
    r#type: Option<Several<AuditType>>,
    /// What that person or key did, by their id, and what was tried in that person's name.
    actor: Option<String>,
    /// What was recorded at that instant or later.
    since: Option<Timestamp>,
    /// What was recorded before that instant.
    until: Option<Timestamp>,
    /// How many at the most; 50 where nothing is said.
    #[param(inline)]
    limit: Option<Limit>,
    /// Where to go on: `next_cursor` of the page before, with the same filters.
    cursor: Option<String>,
}

/// Lists who changed which setting, who ruled, who signed in and who was not let in, the latest first; to a seller what
/// is its own.
///
/// No secret is among it, and no hash of one. Tries to sign in that failed are counted by person and address, and listed
/// within a minute.
#[utoipa::path(
    get, path = "/v1/audit", tag = "audit", operation_id = "list_audit",
    params(AuditParams), responses((status = OK, body = Items<AuditOut>)), security(("key" = ["operator", "seller"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<AuditOut>>, Problem> {
    call.caller.only(&[Role::Operator, Role::Seller])?;
    let (params, app): (AuditParams, _) = (call.query()?, &call.app);
    let limit = params.limit.unwrap_or_default();
    let asked = AuditQuery {
        types: params.r#type.map_or_else(Vec::new, |Several(types)| types),
        actor: params.actor,
        seller_id: if let Caller::Seller { seller_id, .. } = &call.caller { Some(seller_id.clone()) } else { None },
        since: params.since,
        until: params.until,
        ..AuditQuery::default()
    };
    // A cursor goes on in the list that it came from: the same caller and filters.
    let list = format!("{} audit {asked:?}", call.caller.id());
    let last = params.cursor.map(|cursor| app.cursors.read_id(&cursor, &list)).transpose()?;
    let behind = last.map(|id| EventOut::position(&id).ok_or_else(another_lists)).transpose()?;
    app.failed_sign_ins.store_for_looking(&app.engine).await;
    let query = AuditQuery { behind, limit: limit.and_one_more(), ..asked };
    let mut found = app.engine.store().audit(&query).await?;
    let goes_on = limit.cut(&mut found);
    let next_cursor = found.last().filter(|_| goes_on);
    let next_cursor = next_cursor.map(|last| app.cursors.write_id(&EventOut::id(last.position), &list));
    let (settings, to) = (app.engine.settings(), call.caller.role());
    let out = |found: &Audited| AuditOut::new(app.event_ids.of_audit(to, found.position), found, &settings, to);
    Ok(Json(Items { items: found.iter().map(out).collect(), next_cursor }))
}

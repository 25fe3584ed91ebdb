//! The reasons that can be named (R44).

use axum::Json;
use refund_core::{ListedReason, Reasons, Role, SellerId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::call::Call;
use crate::callers::Caller;
use crate::pages::worded;
use crate::problem::Problem;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ReasonsParams {
    /// For refunds against this seller; by the platform's policy where nothing is said. Sellers and buyers get those for
    /// their own.
    #[param(value_type = Option<SellerId>)]
    seller_id: Option<SellerId>,
}

/// Reasons, as a policy takes them, each with its words in every language in which there are some.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedReasons)]
pub(crate) struct ReasonsOut {
    reasons: Vec<ListedReason>,
}

impl From<Reasons> for ReasonsOut {
    fn from(reasons: Reasons) -> Self {
        Self { reasons: reasons.iter().cloned().map(worded).collect() }
    }
}

/// Lists the reasons out of which one is named.
///
/// For what none is listed, any words are taken and no code.
#[utoipa::path(
    get, path = "/v1/reasons", tag = "settings", operation_id = "list_reasons",
    params(ReasonsParams), responses((status = OK, body = ReasonsOut), (status = NOT_FOUND)),
    security(("link" = []), ("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<ReasonsOut>, Problem> {
    let ReasonsParams { seller_id: asked } = call.query()?;
    let own = match &call.caller {
        Caller::Seller { seller_id, .. } => Some(seller_id.clone()),
        Caller::Buyer { refund_id, .. } => Some(call.app.known(&call.caller, refund_id).await?.seller_id.clone()),
        Caller::Operator { .. } | Caller::Platform { .. } => None,
    };
    let settings = call.app.engine.settings();
    let is_known = |id: &SellerId| own.as_ref().map_or_else(|| settings.seller(id).is_some(), |own| own == id);
    if asked.as_ref().is_some_and(|id| !is_known(id)) {
        return Err(Problem::not_found());
    }
    Ok(Json(settings.reasons(own.or(asked).as_ref()).into()))
}

/// Lists the reasons that platforms usually have, to be put into a policy as they are or changed.
#[utoipa::path(
    get, path = "/v1/reasons/usual", tag = "settings", operation_id = "list_usual_reasons",
    responses((status = OK, body = ReasonsOut)), security(("key" = ["operator", "platform"])),
)]
pub(super) async fn usual(call: Call) -> Result<Json<ReasonsOut>, Problem> {
    call.caller.only(&[Role::Operator, Role::Platform])?;
    Ok(Json(Reasons::usual().into()))
}

//! The operator's pages: how the platform is set up, and how it fares.

mod audit;
mod change;
mod contacts;
mod fields;
mod first_hour;
mod health;
mod keys;
mod mailbox;
mod policy;
mod reasons;
mod rollout;
mod sellers;
mod webhook;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

pub(super) use self::change::{done_before, replaced};
pub(super) use self::fields::{FieldView, passed_over, typed as typed_policy};
pub(super) use self::first_hour::is_on as is_first_hour;
pub(super) use self::policy::field_mistaken;
use super::frame::form_of_page;
use crate::app::App;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/operator/audit", get(audit::show))
        .route("/operator/rollout", get(rollout::show).post(rollout::change))
        .route("/operator/sellers", get(sellers::show).post(sellers::add))
        .route("/operator/first-hour", get(first_hour::show))
        .route("/operator/health", get(health::show))
        .route("/operator/mailbox", get(mailbox::show))
        .route("/operator/keys", get(keys::show).post(keys::make))
        .route("/operator/keys/{id}/revoke", form_of_page(2).post(keys::revoke))
        .route("/operator/webhooks", get(webhooks::show).post(webhooks::make))
        .route("/operator/webhooks/{id}", get(webhook::show))
        .route("/operator/webhooks/{id}/{what}", form_of_page(3).post(webhook::act))
        .route("/operator/policy", get(policy::show).post(policy::change))
}

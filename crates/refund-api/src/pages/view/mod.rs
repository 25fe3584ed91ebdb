//! Refunds as people see them: every text ready to be shown.

mod history;
mod refund;

pub(super) use history::{Excerpt, History, changes_since, told_briefly, who};
pub(super) use refund::{RefundView, TermsView, refusal_text};

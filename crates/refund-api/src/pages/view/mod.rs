//! Refunds as people see them: every text ready to be shown.

mod files;
mod history;
mod refund;

pub(super) use files::{FileView, Files};
pub(super) use history::{Excerpt, History, Known, Moment, Told, changes_since, moments, told_briefly, who};
pub(super) use refund::{DeadlineView, RefundView, TermsView, refusal_text};

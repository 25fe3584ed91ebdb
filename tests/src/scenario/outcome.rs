//! What came of a step, and of which refund.

use refund_core::RefundId;

use super::stages::{CheckLook, Look, No, OptionsLook};

/// A refund that has been opened in the story.
pub(super) struct Known {
    pub(super) name: String,
    pub(super) id: RefundId,
    pub(super) look: Look,
}

/// What came of a step.
pub(super) enum Outcome {
    Done,
    Opened { again: bool },
    Options(OptionsLook),
    Checked(CheckLook),
    Refused(No),
}

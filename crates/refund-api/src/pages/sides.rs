//! Both sides of a dispute beside each other: what each said on the refund, and the files that each shows for it.

use refund_core::{Event, Role};

use super::view::{Excerpt, FileView, Files, Known, Moment, moments};
use super::visit::Visit;

/// What one side has to say.
pub(crate) struct Side {
    pub(crate) name: String,
    /// What it said, in order.
    pub(crate) said: Vec<Moment>,
    pub(crate) files: Vec<FileView>,
}

/// The buyer, for whom the platform speaks too; and the seller.
const SIDES: [(Role, &[Role]); 2] = [(Role::Buyer, &[Role::Buyer, Role::Platform]), (Role::Seller, &[Role::Seller])];

impl Side {
    /// Both, the buyer's first, as operators see them. A note is nothing that was said to the other side.
    pub(super) fn both(visit: &Visit, excerpt: &Excerpt, files: &Files) -> Vec<Self> {
        let (reader, settings) = (&visit.reader, visit.app.engine.settings());
        let (reasons, files) = (&excerpt.reasons, &files.all);
        let known = Known { reader, settings: &settings, role: Role::Operator, reasons, files };
        let is_note = |event: &Event| event.fact.message().is_some_and(|own| own.internal || own.for_operators);
        let side = |(role, speaking): (Role, &[Role])| {
            let theirs = excerpt.events.iter().filter(|own| speaking.contains(&own.actor.role) && !is_note(own));
            let told = moments(&known, theirs);
            Self {
                name: reader.term("role", role.as_str()),
                said: told.into_iter().filter(|moment| moment.words.is_some()).collect(),
                files: files.iter().filter(|file| file.from == role).cloned().collect(),
            }
        };
        SIDES.into_iter().map(side).collect()
    }
}

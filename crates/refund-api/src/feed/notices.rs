//! A notice, and what became of it (R41).

use refund_core::{Event, Fact, Refund};
use refund_store::{Store, StoreError};

use crate::wire::notice::NoticeOut;

/// How many events behind a notice are read at once, for what became of it.
const READ_BEHIND: usize = 50;

/// A notice that was asked for by that event, with what became of it by now. That comes soon behind it, or it waits.
pub(crate) async fn notice_by_now(
    store: &dyn Store,
    refund: &Refund,
    asked: &Event,
) -> Result<Option<NoticeOut>, StoreError> {
    let Fact::NoticeRequested { notice } = &asked.fact else { return Ok(None) };
    let number = notice.number(asked.sequence);
    let (mut events, mut read) = (vec![asked.clone()], asked.sequence);
    let mut is_open = refund.notices.get(number).is_none();
    while is_open && read < refund.sequence {
        let more = store.history(&refund.id, read, READ_BEHIND).await?;
        read = more.last().map_or(refund.sequence, |(_, event)| event.sequence);
        events.extend(more.into_iter().map(|(_, event)| event).filter(|event| event.fact.is_about_notice()));
        is_open = NoticeOut::all(&events).get(&number).is_some_and(NoticeOut::is_open);
    }
    Ok(NoticeOut::all(&events).remove(&number))
}

//! `refund show`: everything about one refund.

use super::Desk;
use crate::client::{Query, segment};
use crate::failure::Failure;
use crate::model::{Event, Refund};
use crate::output::Said;
use crate::view;

pub(super) fn run(desk: &Desk, id: &str) -> Result<(), Failure> {
    let client = desk.client()?;
    let path = format!("/v1/refunds/{}", segment(id));
    let answer = client.get(&path, &Query::new())?;
    let refund: Refund = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), view::refund::FIELDS, || {
        let history: Vec<Event> = client.pages(&format!("{path}/events"), &Query::new(), None)?.seen()?;
        let now = client.now([refund.updated_at.as_str()])?;
        Ok(view::refund::one(&refund, Some(&history), now, &desk.out))
    })?;
    desk.out.hint(&view::next::after(&refund));
    Ok(())
}

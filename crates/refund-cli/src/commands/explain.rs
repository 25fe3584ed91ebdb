//! `refund explain`: why a refund stands where it stands, and what comes next.

use super::Desk;
use crate::client::{Query, segment};
use crate::failure::Failure;
use crate::model::Explanation;
use crate::output::Said;
use crate::view;

pub(super) fn run(desk: &Desk, id: &str) -> Result<(), Failure> {
    let client = desk.client()?;
    let answer = client.get(&format!("/v1/refunds/{}/explanation", segment(id)), &Query::new())?;
    let explanation: Explanation = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), view::explanation::FIELDS, || {
        let now = client.now([explanation.refund.updated_at.as_str()])?;
        Ok(view::explanation::in_words(&explanation, now, &desk.out))
    })
}

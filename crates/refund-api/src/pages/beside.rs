//! What stands beside a refund: the one before and the one behind it in the queue, and what else its buyer has asked for.

use refund_core::{Refund, RefundId, StatusKind};
use refund_store::{Query, Search, Sort};

use super::queue::search;
use super::visit::Visit;
use super::way::Way;
use crate::problem::Problem;

/// A refund's place in the list that it was opened from.
pub(crate) struct Beside {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    /// How many there are in the list.
    pub(crate) total: String,
}

impl Beside {
    /// As the list stands now. Once the refund has left it, what stands in its place comes next.
    pub(super) async fn find(visit: &Visit, id: &RefundId) -> Result<Option<Self>, Problem> {
        let way = Way::of(&visit.query);
        let Some((list, at)) = way.list() else { return Ok(None) };
        let Some(asked) = search(visit, list) else { return Ok(None) };
        let first = at.saturating_sub(1);
        let found = visit.app.engine.store().find(&Search { skip: first, limit: 3, ..asked }).await?;
        let ids: Vec<_> = (first..).zip(found.items.iter().map(|around| &around.refund.id)).collect();
        let own = ids.iter().find(|(_, own)| *own == id).map(|(own, _)| *own);
        let page_of = |wanted: Option<usize>| {
            let (place, other) = ids.iter().find(|(place, _)| Some(*place) == wanted)?;
            Some(Way::from(list, *place).to(other))
        };
        Ok(Some(Self {
            previous: page_of(own.unwrap_or(at).checked_sub(1)),
            next: page_of(Some(own.map_or(at, |own| own.saturating_add(1)))),
            total: super::reader::grouped(&found.total.to_string()),
        }))
    }
}

/// How many of a buyer's refunds are looked through.
const LOOKED_AT: usize = 100;

/// What a buyer has asked a seller for beside one refund.
pub(crate) struct Earlier {
    /// Where they are listed.
    pub(crate) href: String,
    /// How many there are, how many of them were paid, and how many are under way.
    pub(crate) text: String,
}

impl Earlier {
    pub(super) async fn find(visit: &Visit, refund: &Refund) -> Result<Option<Self>, Problem> {
        let query = Query {
            seller_id: Some(refund.seller_id.clone()),
            buyer_id: Some(refund.buyer_id.clone()),
            sort: Sort::OpenedAt,
            limit: LOOKED_AT,
            ..Query::default()
        };
        let found = visit.app.engine.store().list(&query).await?;
        let others = found.items.iter().map(|around| &around.refund).filter(|other| other.id != refund.id);
        let kinds: Vec<_> = others.map(|other| other.status.kind()).collect();
        if kinds.is_empty() {
            return Ok(None);
        }
        let count = |is: fn(&StatusKind) -> bool| kinds.iter().filter(|kind| is(kind)).count();
        let told = [
            ("count", kinds.len()),
            ("paid", count(|kind| *kind == StatusKind::Success)),
            ("open", count(|kind| !kind.is_final())),
        ];
        let href = super::form::in_address("/refunds", &Default::default(), "q", refund.buyer_id.as_str());
        let text = visit.reader.language.say("refund-earlier", &told.map(|(name, count)| (name, count.into())));
        Ok(Some(Self { href, text }))
    }
}

//! The rows of gists, by which refunds are looked for.

use refund_core::{NegotiationStatus, Refund};

use super::puts::{Put, columns};
use super::rows::column;
use super::sql;
use crate::model::search::Gist;
use crate::{Number, Pile};

/// The rows by which these refunds are looked for.
pub(super) fn put_gists<'r>(refunds: impl Iterator<Item = (Number, &'r Refund)>) -> Put {
    let gists: Vec<_> = refunds.map(|(number, refund)| (number, refund, Gist::of(refund))).collect();
    let columns = columns!(
        &gists,
        g: column(g.0), g: g.1.seller_id.to_string(), g: Pile::of(g.1).as_str(), g: rank(&g.2),
        g: g.2.opened_at.as_millis(), g: g.2.size.0, g: g.2.kind.as_str(), g: g.2.status.as_str(),
        g: g.2.negotiation.map(NegotiationStatus::as_str), g: g.2.reason.as_ref().map(ToString::to_string),
        g: g.2.words.to_string(),
    );
    Put { sql: sql::PUT_GISTS, columns }
}

fn rank(gist: &Gist) -> Option<i64> {
    i64::try_from(gist.rank).ok()
}

//! Looking for refunds by their gists.

use tokio_postgres::types::ToSql;

use super::reading::Reading;
use super::rows::{Placed, column, number, strange};
use super::sql;
use crate::{Found, Pile, Search, StoreError};

/// Behind every seller's id.
const LAST_SELLER: &str = "\u{10ffff}";

impl Reading {
    pub(super) async fn find(self, search: Search) -> Result<Found, StoreError> {
        let asked = Asked::of(&search);
        let client = self.client().await?;
        let counted = client.query(&client.prepare_cached(sql::COUNT_FOUND).await?, &asked.parameters()).await?;
        let (order, skip, limit) = (search.order.as_str(), column(search.skip as u64), column(search.limit as u64));
        let piles = search.pile.map_or(&asked.piles[..], |own| asked.only(own));
        let mut parameters = asked.parameters();
        if let Some(first) = parameters.first_mut() {
            *first = &piles;
        }
        parameters.extend([&order as &(dyn ToSql + Sync), &skip, &limit]);
        let rows = client.query(&client.prepare_cached(sql::FOUND).await?, &parameters).await?;
        drop(client);
        let mut found = Found { counts: Pile::WORKED_ON.map(|pile| (pile, 0)).into(), ..Found::default() };
        for row in counted {
            let pile = Pile::named(row.try_get(0)?).ok_or_else(|| strange("a pile that there is not"))?;
            let many = number(row.try_get(1)?)?;
            if search.pile.is_none_or(|own| own == pile) {
                found.total = found.total.saturating_add(many);
            }
            found.counts.entry(pile).and_modify(|count| *count = many);
        }
        for row in rows {
            found.items.push(self.around(Placed::of(&row)?).await?);
        }
        Ok(found)
    }
}

/// What is looked for, as columns are compared with it.
struct Asked {
    piles: Vec<&'static str>,
    kind: Option<&'static str>,
    status: Option<&'static str>,
    negotiation: Option<&'static str>,
    reason: Option<String>,
    sizes: [Option<i64>; 2],
    opened: [Option<i64>; 2],
    words: Vec<String>,
    sellers: [String; 2],
}

impl Asked {
    fn of(search: &Search) -> Self {
        let own = search.seller_id.as_ref().map(ToString::to_string);
        Self {
            piles: search.piles().iter().map(|pile| pile.as_str()).collect(),
            kind: search.kind.map(refund_core::RefundType::as_str),
            status: search.status.map(refund_core::StatusKind::as_str),
            negotiation: search.negotiation.map(refund_core::NegotiationStatus::as_str),
            reason: search.reason.as_ref().map(ToString::to_string),
            sizes: [search.at_least, search.at_most].map(|size| size.map(|size| size.0)),
            opened: [search.opened_from, search.opened_before].map(|at| at.map(refund_core::Timestamp::as_millis)),
            words: search.words.iter().map(|word| pattern(word)).collect(),
            sellers: own.map_or_else(|| [String::new(), LAST_SELLER.to_owned()], |own| [own.clone(), own]),
        }
    }

    fn only(&self, own: Pile) -> &[&'static str] {
        let index = self.piles.iter().position(|pile| *pile == own.as_str());
        index.and_then(|index| self.piles.get(index..=index)).unwrap_or_default()
    }

    fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        let [at_least, at_most] = &self.sizes;
        let [from, before] = &self.opened;
        let [first, last] = &self.sellers;
        vec![
            &self.piles,
            &self.kind,
            &self.status,
            &self.negotiation,
            &self.reason,
            at_least,
            at_most,
            from,
            before,
            &self.words,
            first,
            last,
        ]
    }
}

/// A part of a text, as `LIKE` looks for it.
fn pattern(word: &str) -> String {
    let escaped = word.chars().flat_map(|sign| {
        let escape = matches!(sign, '%' | '_' | '\\').then_some('\\');
        escape.into_iter().chain([sign])
    });
    format!("%{}%", escaped.collect::<String>())
}

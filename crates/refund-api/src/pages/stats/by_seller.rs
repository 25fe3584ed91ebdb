//! What came of each seller's offers, in the order that is asked for.

use refund_core::SellerId;

use super::Row;
use crate::pages::form::in_address;
use crate::pages::reader::Reader;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::stats::{AskedDays, Numbers, Sums, of_each_seller};

/// How many are shown. All are in the CSV.
const SHOWN_MAX: usize = 100;

/// The table of sellers.
pub(crate) struct BySeller {
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<SellerRow>,
    /// That these are not all, where they are not.
    pub(crate) cut: Option<String>,
}

/// A column, and where the table is sorted by it.
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    /// `ascending` or `descending`, where the table is sorted by it.
    pub(crate) sorted: Option<&'static str>,
    pub(crate) is_number: bool,
}

pub(crate) struct SellerRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The statistics of that seller alone.
    pub(crate) href: String,
    pub(crate) row: Row,
}

type Measure = fn(&Numbers) -> i128;

/// What sellers are sorted by, as the address names it, and the text of the column: the name, or one of these numbers.
const NAME: &str = "seller";
const MEASURES: [(&str, &str, Measure); 9] = [
    ("made", "stats-made", |own| own.offers_made.into()),
    ("accepted", "stats-accepted", |own| own.offers_accepted.into()),
    ("rejected", "stats-rejected", |own| own.offers_rejected.into()),
    ("expired", "stats-expired", |own| own.offers_expired.into()),
    ("withdrawn", "stats-withdrawn", |own| own.offers_withdrawn.into()),
    ("silence", "stats-silence", |own| own.decided_by_silence.into()),
    ("median", "stats-median", |own| own.median_answer_seconds().map_or(-1, i128::from)),
    ("asked", "stats-asked", |own| in_one_currency(own, |sums| sums.asked)),
    ("kept", "stats-kept", |own| in_one_currency(own, |sums| sums.kept)),
];
/// What can be compared only where all is in one currency.
const OF_MONEY: [&str; 2] = ["asked", "kept"];

fn in_one_currency(numbers: &Numbers, of: fn(&Sums) -> i128) -> i128 {
    numbers.sums.first().map_or(0, of)
}

/// The order that the address asks for: by what, and whether the least comes first.
struct Order {
    by: &'static str,
    is_ascending: bool,
}

impl Order {
    fn of(visit: &Visit, is_one_currency: bool) -> Self {
        let asked = visit.query.get("sort");
        let names = [NAME].into_iter().chain(MEASURES.map(|(name, ..)| name));
        let by = names.filter(|name| is_one_currency || !OF_MONEY.contains(name)).find(|name| *name == asked);
        let by = by.unwrap_or("made");
        Self { by, is_ascending: visit.query.is_ticked("up") != (by == NAME) }
    }

    fn head(&self, visit: &Visit, (name, text): (&'static str, &str), can_be_sorted: bool) -> Head {
        let is_own = self.by == name;
        // What a table is sorted by sorts it the other way round.
        let turned = if is_own && !visit.query.is_ticked("up") { "yes" } else { "" };
        let href = in_address("/stats", &visit.query.with("sort", name.to_owned()), "up", turned);
        Head {
            name: visit.reader.say(text),
            href: can_be_sorted.then(|| format!("{href}#sellers")),
            sorted: is_own.then_some(if self.is_ascending { "ascending" } else { "descending" }),
            is_number: name != NAME,
        }
    }

    fn sort(&self, all: &mut [(SellerId, String, Numbers)]) {
        match MEASURES.iter().find(|(name, ..)| *name == self.by) {
            Some((.., measure)) => all.sort_by_cached_key(|(_, _, numbers)| measure(numbers)),
            None => all.sort_by(|(_, one, _), (_, other, _)| one.cmp(other)),
        }
        if !self.is_ascending {
            all.reverse();
        }
    }
}

/// Every seller of which something was counted on these days, as the address sorts them, with its name.
pub(super) async fn sorted(
    visit: &Visit,
    days: AskedDays,
    total: &Numbers,
) -> Result<Vec<(SellerId, String, Numbers)>, Problem> {
    let (app, settings) = (&visit.app, visit.app.engine.settings());
    let name = |id: &SellerId| settings.seller(id).map_or_else(|| id.to_string(), |seller| seller.name.to_string());
    let all = of_each_seller(&app.stats, days).await?;
    let mut all: Vec<_> = all.into_iter().map(|(id, numbers)| (id.clone(), name(&id), numbers)).collect();
    Order::of(visit, is_one_currency(total)).sort(&mut all);
    Ok(all)
}

fn is_one_currency(total: &Numbers) -> bool {
    total.sums.len() <= 1
}

impl BySeller {
    pub(super) async fn of(visit: &Visit, days: AskedDays, total: &Numbers) -> Result<Self, Problem> {
        let (reader, is_one) = (&visit.reader, is_one_currency(total));
        let all = sorted(visit, days, total).await?;
        let order = Order::of(visit, is_one);
        let measures = MEASURES.iter().map(|(name, text, _)| (*name, *text));
        let heads = [(NAME, "field-seller")].into_iter().chain(measures);
        Ok(Self {
            heads: heads.map(|head| order.head(visit, head, is_one || !OF_MONEY.contains(&head.0))).collect(),
            cut: (all.len() > SHOWN_MAX)
                .then(|| reader.say_two("stats-sellers-cut", "shown", &SHOWN_MAX, "all", &all.len())),
            rows: all.into_iter().take(SHOWN_MAX).map(|own| SellerRow::new(reader, visit, own)).collect(),
        })
    }
}

impl SellerRow {
    fn new(reader: &Reader, visit: &Visit, (id, name, numbers): (SellerId, String, Numbers)) -> Self {
        Self {
            href: in_address("/stats", &visit.query.without(&["sort", "up"]), "seller", id.as_str()),
            id: id.to_string(),
            name,
            row: Row::new(reader, String::new(), &numbers),
        }
    }
}

//! Looking for refunds among all that one seller has had, in both stores that keep them.

use std::sync::Arc;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::market::{Market, Wish, seller_id};
use refund_bench::statistics::p50;
use refund_bench::stopwatch::Stopwatch;
use refund_bench::table::{Table, micros};
use refund_core::RefundType;
use refund_store::{EmbeddedStore, Pile, Search, SearchOrder, Size, Store};
use refund_test_postgres::{Server, Version};
use tokio::runtime::Builder;

use crate::Options;
use crate::callers::{Callers, Door};
use crate::lanes::dealt;
use crate::postgres::Servers;
use crate::surroundings::surroundings;

const SIZES: &[u64] = &[10_000, 100_000];
const CALLERS: usize = 64;
/// How many refunds' requests are in memory at once.
const AT_ONCE: u64 = 8_192;
/// How often each is looked for.
const TIMES: usize = 25;

pub(crate) fn run(options: &Options) -> Result<(), Fault> {
    let mut table =
        Table::new(&["refunds of one seller", "store", "a pile", "its words", "all", "words in all", "in few"]);
    let server = Server::start(Version::Debian, &[("max_connections", "200"), ("shared_buffers", "512MB")])?;
    for refunds in SIZES.iter().filter(|size| **size <= options.refunds_max) {
        eprintln!("{refunds} refunds");
        let folder = tempfile::tempdir_in(&options.dir)?;
        let store = Arc::new(EmbeddedStore::open(folder.path(), surroundings(Duration::ZERO))?.store);
        load(&store, *refunds)?;
        table.row([refunds.to_string(), "embedded".to_owned()].into_iter().chain(measured(&*store)?));
        store.close()?;
        let servers = Servers::open(&server.database()?, 1)?;
        load(&servers, *refunds)?;
        let store = servers.first().ok_or("there is no server")?;
        table.row([refunds.to_string(), "PostgreSQL".to_owned()].into_iter().chain(measured(store)?));
    }
    table.print("Search: one seller's refunds, found and counted");
    Ok(())
}

/// Opens so many refunds of one seller. Of ten, one has an offer and the others are agreed, but for two that wait.
fn load<D: Door>(door: &Arc<D>, refunds: u64) -> Result<(), Fault> {
    let callers = Callers::new()?;
    let mut market = Market::new(1);
    callers.run(door, dealt(market.sellers()?, CALLERS))?;
    while market.opened() < refunds {
        let (mut openings, mut decided) = (Vec::new(), Vec::new());
        for _ in 0..AT_ONCE.min(refunds.saturating_sub(market.opened())) {
            let (refund, request) = market.open()?;
            openings.push(request);
            match refund.number() % 10 {
                0 => decided.push(market.ask(&refund, Wish::Offer, 1)?),
                1 | 2 => {}
                _ => decided.push(market.ask(&refund, Wish::Agree, 1)?),
            }
        }
        for requests in [openings, decided] {
            callers.run(door, dealt(requests, CALLERS))?;
        }
    }
    Ok(())
}

/// How long it takes, mostly, to find and count the first page of each.
fn measured(store: &dyn Store) -> Result<[String; 5], Fault> {
    let search = Search { seller_id: Some(seller_id(0)?), limit: 50, ..Search::default() };
    let words = Search::words_of("STEEL 4120000").unwrap_or_default();
    let few = Search { at_most: Size::parse("12.00"), kind: Some(RefundType::RefundOnly), ..search.clone() };
    let searches = [
        Search { pile: Some(Pile::Waiting), ..search.clone() },
        Search { pile: Some(Pile::Waiting), words: words.clone(), ..search.clone() },
        Search { order: SearchOrder::Largest, ..search.clone() },
        Search { words: words.clone(), ..search },
        Search { words, order: SearchOrder::Oldest, ..few },
    ];
    // Readers share its threads, as in a server.
    let reading = Builder::new_current_thread().build()?;
    let took = searches.iter().map(|search| {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let watch = Stopwatch::start();
            let found = reading.block_on(store.find(search))?;
            times.push(watch.elapsed());
            if found.total == 0 {
                return Err("something that must be there was not found".into());
            }
        }
        Ok(micros(p50(&times)?))
    });
    took.collect::<Result<Vec<_>, Fault>>()?.try_into().map_err(|_| "a search is missing".into())
}

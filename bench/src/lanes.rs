//! What callers ask for: for each a lane of requests that fit what they have asked before.

use std::collections::VecDeque;

use fastrand::Rng;
use refund_bench::Fault;
use refund_bench::market::{Known, Market, Wish, wishes};
use refund_store::Request;

/// How many refunds a caller has in hand, so that a command seldom follows the one before it.
const IN_HAND: usize = 32;

/// A refund, and what is still to be asked of it.
struct Story {
    refund: Known,
    version: u64,
    wishes: VecDeque<Wish>,
}

/// Callers with refunds in hand.
pub(crate) struct Lanes {
    pub(crate) market: Market,
    callers: Vec<Vec<Story>>,
    random: Rng,
}

impl Lanes {
    pub(crate) fn new(market: Market, callers: usize) -> Self {
        Self { market, callers: (0..callers).map(|_| Vec::new()).collect(), random: Rng::with_seed(11) }
    }

    /// The next requests of each caller: mostly two of three go on with a refund that is in hand.
    pub(crate) fn next(&mut self, requests_each: usize) -> Result<Vec<Vec<Request>>, Fault> {
        let Self { market, callers, random } = self;
        let mut lanes: Vec<Vec<Request>> = callers.iter().map(|_| Vec::with_capacity(requests_each)).collect();
        // In turns, so that refunds are opened in the order of their ids.
        for _ in 0..requests_each {
            for (stories, lane) in callers.iter_mut().zip(&mut lanes) {
                lane.push(next_of(market, stories, random)?);
            }
        }
        Ok(lanes)
    }
}

fn next_of(market: &mut Market, stories: &mut Vec<Story>, random: &mut Rng) -> Result<Request, Fault> {
    if stories.len() < IN_HAND {
        let (refund, request) = market.open()?;
        let wishes = wishes(refund.number()).iter().copied().collect();
        stories.push(Story { refund, version: 1, wishes });
        return Ok(request);
    }
    let place = random.usize(..stories.len());
    let story = stories.get_mut(place).ok_or("no refund is in hand")?;
    let wish = story.wishes.pop_front().ok_or("a refund is in hand of which nothing is wanted")?;
    let request = market.ask(&story.refund, wish, story.version)?;
    story.version = story.version.saturating_add(1);
    if story.wishes.is_empty() {
        stories.swap_remove(place);
    }
    Ok(request)
}

/// Requests dealt out to callers in turn.
pub(crate) fn dealt(requests: Vec<Request>, callers: usize) -> Vec<Vec<Request>> {
    let mut lanes: Vec<Vec<Request>> = (0..callers).map(|_| Vec::new()).collect();
    let order = (0..callers).cycle();
    for (request, caller) in requests.into_iter().zip(order) {
        if let Some(lane) = lanes.get_mut(caller) {
            lane.push(request);
        }
    }
    lanes
}

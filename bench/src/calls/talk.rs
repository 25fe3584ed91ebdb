//! What goes over one connection: commands of refunds that are in hand, or reads in turn.

use std::collections::VecDeque;
use std::sync::Arc;

use fastrand::Rng;

use super::connection::request;
use super::keys::{Keys, seller_id};
use crate::market::{Wish, wishes};

/// How many refunds a connection has in hand.
const IN_HAND: usize = 8;
/// What stands for an id where a server gives none.
const ANY_ID: &str = "rfd_6cpj8d9n6opj2e1g70q36c1l";

/// What is said next over a connection.
pub trait Talk: Send + 'static {
    /// The bytes of the next request.
    fn next(&mut self) -> Vec<u8>;
    /// What was answered.
    fn heard(&mut self, body: &[u8]);
}

/// Reads of the same things in turn.
pub struct Reads {
    /// What is asked in turn.
    pub requests: Arc<Vec<Vec<u8>>>,
    /// Which was asked last.
    pub place: usize,
}

impl Talk for Reads {
    fn next(&mut self) -> Vec<u8> {
        self.place = self.place.wrapping_add(1);
        let place = self.place.checked_rem(self.requests.len()).unwrap_or(0);
        self.requests.get(place).cloned().unwrap_or_default()
    }

    fn heard(&mut self, _: &[u8]) {}
}

struct Story {
    id: String,
    /// The offer's id, once it was answered.
    offer: String,
    seller: usize,
    version: u64,
    wishes: VecDeque<Wish>,
}

/// Commands on refunds of its own.
pub struct Commands {
    keys: Arc<Keys>,
    /// Which connection this is of which measurement: no other has the same.
    name: String,
    number: u64,
    stories: Vec<Story>,
    /// The place of the story whose offer was asked for last.
    offering: Option<usize>,
    random: Rng,
}

impl Commands {
    /// The same name says the same things; no other has it.
    #[must_use]
    pub fn new(keys: Arc<Keys>, name: String) -> Self {
        let seed = name.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        Self { keys, name, number: 0, stories: Vec::new(), offering: None, random: Rng::with_seed(seed) }
    }

    fn open(&mut self) -> Vec<u8> {
        let number = self.number;
        self.number = number.wrapping_add(1);
        let seller = self.random.usize(..self.keys.sellers.len());
        let wishes = wishes(number).iter().copied().collect();
        self.stories.push(Story { id: String::new(), offer: String::new(), seller, version: 1, wishes });
        let (name, amount) = (&self.name, self.random.u64(10..129));
        let body = format!(
            "{{\"seller_id\":\"{}\",\"buyer_id\":\"buyer-{name}-{number}\",\"order_line\":{{\"order_id\":\
             \"4120-{name}-{number}\",\"line_id\":\"1\",\"title\":\"Steel waste bin, 30 litres\",\"category\":\
             \"general\",\"paid\":{{\"currency\":\"CNY\",\"value\":\"129.00\"}},\"shipped\":true,\
             \"freight_insurance\":true}},\"type\":\"REFUND_ONLY\",\"amount\":{{\"currency\":\"CNY\",\
             \"value\":\"{amount}.00\"}},\"reason\":\"The lid does not close, and there is a dent in the side\"}}",
            seller_id(seller)
        );
        request("POST", "/v1/refunds", &self.keys.platform, &once(&mut self.random), &body)
    }
}

impl Talk for Commands {
    fn next(&mut self) -> Vec<u8> {
        if self.stories.len() < IN_HAND {
            return self.open();
        }
        let place = self.random.usize(..self.stories.len());
        let Some(story) = self.stories.get_mut(place) else { return self.open() };
        let Some(wish) = story.wishes.pop_front() else { return self.open() };
        let negotiation = || format!("{{\"negotiation_id\":\"{}\"}}", story.offer);
        let offer = "{\"type\":\"REFUND_ONLY\",\"amount\":{\"currency\":\"CNY\",\"value\":\"5.00\"},\
                     \"message\":\"Keep the bin, and have this back for the dent\"}";
        let (what, body) = match wish {
            Wish::Offer => ("negotiation", offer.to_owned()),
            Wish::Accept => ("negotiation/accept", negotiation()),
            Wish::Reject => ("negotiation/reject", negotiation()),
            Wish::Agree => ("agree", "{}".to_owned()),
            Wish::Cancel => ("cancel", "{}".to_owned()),
        };
        let platform = matches!(wish, Wish::Accept | Wish::Reject | Wish::Cancel);
        let seller = self.keys.sellers.get(story.seller).filter(|_| !platform);
        let more = match seller {
            Some(_) => format!("If-Match: \"{}\"\r\n{}", story.version, once(&mut self.random)),
            None => once(&mut self.random),
        };
        let path = format!("/v1/refunds/{}/{what}", story.id);
        let bytes = request("POST", &path, seller.unwrap_or(&self.keys.platform), &more, &body);
        story.version = story.version.saturating_add(1);
        self.offering = (matches!(wish, Wish::Offer) && !story.wishes.is_empty()).then_some(place);
        if story.wishes.is_empty() {
            self.stories.swap_remove(place);
        }
        bytes
    }

    fn heard(&mut self, body: &[u8]) {
        if let Some(story) = self.offering.take().and_then(|place| self.stories.get_mut(place)) {
            story.offer = offer_id(body).unwrap_or(ANY_ID).to_owned();
        }
        if let Some(story) = self.stories.last_mut().filter(|story| story.id.is_empty()) {
            story.id = id(body).unwrap_or(ANY_ID).to_owned();
        }
    }
}

/// The id of the offer in an answer.
fn offer_id(body: &[u8]) -> Option<&str> {
    let body = std::str::from_utf8(body).ok()?;
    body.split_once("\"negotiation\":{\"id\":\"")?.1.split('"').next()
}

/// The first id in an answer.
pub(super) fn id(body: &[u8]) -> Option<&str> {
    let body = std::str::from_utf8(body).ok()?;
    body.split_once("\"id\":\"")?.1.split('"').next()
}

/// A key under which the answer is remembered.
fn once(random: &mut Rng) -> String {
    format!("Idempotency-Key: {:032x}\r\n", random.u128(..))
}

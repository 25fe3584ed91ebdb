//! Goods of which there is a picture.

use refund_core::*;

use super::samples::*;
use crate::record::{Entry, Record};

pub(super) fn with_picture() -> Record {
    let mut opening = opening(References::default());
    opening.line.image_url = Some("https://cdn.example/bin.jpg".parse().unwrap());
    let fact = Fact::Opened { opening: Box::new(opening), decide: timer() };
    let actor = Actor::new(Role::Buyer, "kim", Via::Link);
    let event = Event { refund_id: id("rf_1"), sequence: 1, at: at(6), recorded_at: at(7), actor, fact };
    Record { at: at(7), entries: vec![Entry::Refund(event)], from: None }
}

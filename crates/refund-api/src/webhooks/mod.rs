//! Webhooks: what happened, told to whoever wants to be told, by the Standard Webhooks specification.
#![cfg_attr(not(test), expect(dead_code, reason = "the sender that uses them comes next"))]

mod guard;
mod post;
mod schedule;
mod sign;

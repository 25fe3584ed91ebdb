//! The server as its callers find it: over HTTP, on its pages, and as a program.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

#[path = "../../../refund-store/tests/embedded/story.rs"]
#[allow(dead_code, reason = "shared with the store's own tests: a story that writes the same bytes each time")]
mod story;
mod support;

mod access;
mod access_pages;
mod again;
mod alerts;
mod api_md;
mod audit;
mod bad_http;
mod bad_input;
mod bulk;
mod bulk_pages;
mod clock_jumps;
mod contract;
mod cors;
mod demo_clock;
mod deploy;
mod disclosure;
mod event_ids;
mod evidence;
mod explanation;
mod identity;
mod integrators;
mod late_bodies;
mod limits;
mod messages;
mod metrics;
mod notices;
mod offer_check;
mod once;
mod openapi;
mod operating_md;
mod operator_pages;
mod operators;
mod outage;
mod page_answers;
mod pages;
mod payments_md;
mod payouts;
mod people_pages;
mod policy_check;
mod postgresql_md;
mod reasons;
mod references;
mod restored;
mod saved_offers;
mod saved_pages;
mod second_factor;
mod sellers_ids;
mod settings_pages;
mod several;
mod shared;
mod shown;
mod signing_in;
mod silence;
mod stats;
mod stats_pages;
mod store_tools;
mod team_roles;
mod too_often;
mod webhooks;
mod workbench;

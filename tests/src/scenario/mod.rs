#![doc = include_str!("../../scenarios/README.md")]

mod change;
mod checks;
mod expect;
mod files;
mod instant;
mod mistake;
mod outcome;
mod player;
mod reader;
mod settings;
mod shelf;
mod stages;
mod steps;
mod story;
mod table;
mod words;

pub use files::StoryFile;
pub use mistake::Mistake;
pub use player::{Played, play};
pub use shelf::{all, folder};
pub use stages::{Happened, Look, NegotiationLook, No, Not, OptionsLook, Place, SAID_BASE, Stage};
pub use story::{About, Deed, Expectation, Scenario, SellerPlan, Setting, Step, Who};

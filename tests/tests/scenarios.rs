//! Every story, on every stage, held to what has been read and accepted.

use std::collections::BTreeSet;

use refund_core::{RefusalCode, Rule};
use refund_tests::rules::told_elsewhere;
use refund_tests::scenario::{Place, Played, Scenario, all, play};

fn stories() -> Vec<Scenario> {
    all().unwrap_or_else(|mistake| panic!("{mistake}"))
}

fn played(story: &Scenario, place: Place) -> Played {
    let played = place.stage().and_then(|mut stage| play(story, stage.as_mut()));
    let played = played.unwrap_or_else(|not| panic!("{} on {}: {not}", story.name, place.as_str()));
    let failures: Vec<_> = played.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} on {}:\n{}", story.name, place.as_str(), failures.join("\n"));
    played
}

fn is_told_the_same_on(place: Place) {
    for story in stories() {
        let (here, core) = (played(&story, place), played(&story, Place::Core));
        assert_eq!(here.transcript, core.transcript, "{} is told otherwise on {}", story.name, place.as_str());
    }
}

#[test]
fn every_story_has_its_accepted_transcript() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for story in stories() {
            insta::assert_snapshot!(format!("story_{}", story.name), played(&story, Place::Core).transcript);
        }
    });
}

#[test]
fn the_memory_store_tells_every_story_as_the_core_does() {
    is_told_the_same_on(Place::Memory);
}

#[test]
fn the_embedded_store_tells_every_story_as_the_core_does_with_a_restart_in_the_middle() {
    is_told_the_same_on(Place::Sled);
}

#[test]
fn servers_on_postgres_tell_every_story_as_the_core_does_with_a_restart_in_the_middle() {
    is_told_the_same_on(Place::Postgres);
}

#[test]
fn the_server_tells_every_story_as_the_core_does_with_a_restart_in_the_middle() {
    is_told_the_same_on(Place::Http);
}

#[test]
fn every_stage_is_one_of_those_above() {
    let names: Vec<_> = Place::ALL.iter().map(|place| place.as_str()).collect();
    assert_eq!(names, ["core", "memory", "sled", "postgres", "http"]);
}

#[test]
fn every_rule_is_told_by_a_story_or_says_where_else() {
    let named: BTreeSet<Rule> = stories().into_iter().flat_map(|story| story.rules).collect();
    for rule in Rule::ALL {
        match told_elsewhere(*rule) {
            None => assert!(named.contains(rule), "no story tells of {rule}"),
            Some(file) => {
                let path = format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"));
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(text.contains(rule.as_str()), "{file} is said to tell of {rule} and does not");
            }
        }
    }
}

#[test]
fn the_rules_are_s1_to_s14_and_r1_to_r46_in_order() {
    let rest = (1..=46).map(|n| format!("R{n}"));
    let expected: Vec<_> = (1..=14).map(|n| format!("S{n}")).chain(rest).collect();
    let is: Vec<_> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
    assert_eq!(is, expected);
}

#[test]
fn every_refusal_is_the_outcome_of_a_step() {
    let met: BTreeSet<RefusalCode> =
        stories().iter().flat_map(|story| played(story, Place::Core).refusals).map(|no| no.code).collect();
    let missing: Vec<_> = RefusalCode::ALL.iter().filter(|code| !met.contains(code)).collect();
    // What is met by a server that was started so, on a refund with more messages or attempts than a story has, and where
    // files are handed in.
    let elsewhere = [
        &RefusalCode::SettlingHeld,
        &RefusalCode::TooManyMessages,
        &RefusalCode::TooManyFiles,
        &RefusalCode::TooManyPayoutAttempts,
        &RefusalCode::NoteNamesFiles,
    ];
    assert_eq!(missing, elsewhere, "no story meets these");
}

#[test]
fn stories_are_numbered_without_gaps() {
    for (number, story) in (1..).zip(stories()) {
        let prefix = format!("{number:04}-");
        assert!(story.name.starts_with(&prefix), "{} comes where {prefix} is expected", story.name);
    }
}

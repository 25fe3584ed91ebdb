//! What lies under `deploy/` fits the server: the dashboard asks for numbers that it shows, and units, image and compose
//! file say nothing to it that it doesn't know.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::metrics::Numbers;

const DASHBOARD: &str = include_str!("../../../../deploy/grafana/refunds.json");
const DOCKERFILE: &str = include_str!("../../../../deploy/Dockerfile");
const COMPOSE: &str = include_str!("../../../../deploy/compose.yaml");
const ONE_SERVER: &str = include_str!("../../../../deploy/systemd/refund-api.service");
const SEVERAL_SERVERS: &str = include_str!("../../../../deploy/systemd/refund-api@.service");
const ENVIRONMENT: &str = include_str!("../../../../deploy/systemd/server.env");
const TOOLCHAIN: &str = include_str!("../../../../rust-toolchain.toml");

#[test]
fn every_panel_of_the_dashboard_asks_for_what_a_server_shows() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let numbers = Numbers::of_all();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    let mut asked = String::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "two panels have one id: {panel}");
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expression = target["expr"].as_str().unwrap();
            let selectors = expression.matches('{').count();
            let of_the_chosen = expression.matches("{job=\"$job\",instance=~\"$instance\"").count();
            assert_eq!(selectors, of_the_chosen, "of all servers, and not of those that are chosen: {expression}");
            numbers.have_what_is_asked(&expression.replace("$instance", "any"));
            asked.push_str(expression);
        }
    }
    for name in numbers.said().keys().filter(|name| **name != "process_virtual_memory_bytes") {
        assert!(asked.contains(name), "no panel shows {name}");
    }
}

/// The command line of a unit, in one line.
fn started(unit: &str) -> String {
    let unit = unit.replace("\\\n", "");
    unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap().to_owned()
}

fn lines_that_begin<'t>(text: &'t str, with: &'t str) -> impl Iterator<Item = String> + 't {
    text.lines().map(str::trim).filter(move |line| line.starts_with(with)).map(str::to_owned)
}

#[test]
fn whatever_is_said_to_the_server_it_knows() {
    let help = Command::new(env!("CARGO_BIN_EXE_refund-api")).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let known: BTreeSet<_> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    let said: Vec<_> = [started(ONE_SERVER), started(SEVERAL_SERVERS)]
        .into_iter()
        .chain(lines_that_begin(DOCKERFILE, "CMD "))
        .chain(lines_that_begin(COMPOSE, "- --"))
        .chain(lines_that_begin(ENVIRONMENT, "OPTIONS="))
        .collect();
    let mut flags = BTreeSet::new();
    for word in said.iter().flat_map(|line| line.split([' ', '"', ',', '='])).filter(|word| word.starts_with("--")) {
        assert!(known.contains(word), "{word} is no option of refund-api serve");
        flags.insert(word);
    }
    assert!(flags.len() > 6, "{flags:?}");
}

#[test]
fn every_variable_of_a_units_command_line_is_set() {
    for unit in [ONE_SERVER, SEVERAL_SERVERS] {
        let command = started(unit);
        for name in
            command.split('$').skip(1).map(|rest| rest.trim_start_matches('{').split([' ', '}']).next().unwrap())
        {
            let is_set = [format!("{name}="), format!("Environment={name}=")]
                .iter()
                .any(|set| ENVIRONMENT.lines().chain(unit.lines()).any(|line| line.starts_with(set)));
            assert!(is_set, "nothing sets {name}: {command}");
        }
    }
}

#[test]
fn the_image_is_built_with_the_toolchain_that_is_pinned() {
    let pinned = TOOLCHAIN.split('"').nth(1).unwrap();
    assert!(DOCKERFILE.contains(&format!("FROM rust:{pinned}-")), "the toolchain is {pinned}");
}

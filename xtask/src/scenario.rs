//! `cargo xtask scenario`: lists stories, and plays them.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use refund_tests::scenario::{Mistake, Place, Played, Scenario, all, play};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Number, title and rules of every story.
    List,
    /// Plays a story and prints what happened.
    Run(Run),
}

#[derive(Args)]
pub(crate) struct Run {
    /// A story's number or name, or any file with one.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    story: Option<String>,
    /// Every story that the project has.
    #[arg(long)]
    all: bool,
    /// Where it is played; `all` compares what is told on all of them.
    #[arg(long, default_value = "core")]
    on: On,
}

#[derive(Clone, Copy)]
enum On {
    One(Place),
    All,
}

impl ValueEnum for On {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::One(Place::Core),
            Self::One(Place::Memory),
            Self::One(Place::Sled),
            Self::One(Place::Postgres),
            Self::One(Place::Http),
            Self::All,
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(match self {
            Self::One(place) => place.as_str().into(),
            Self::All => "all".into(),
        })
    }
}

/// The story can't be played: a file has a mistake, or there is none.
const MISTAKEN: u8 = 2;
/// An expectation failed, or two stages told different stories.
const OTHERWISE: u8 = 1;

pub(crate) fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::List => list().map_err(|mistake| mistake.to_string()),
        Command::Run(run) => stories(&run).map(|stories| {
            let places = if let On::One(place) = &run.on { std::slice::from_ref(place) } else { Place::ALL };
            let told: Vec<_> = stories.iter().map(|story| Told::on(places, story)).collect();
            told.iter().for_each(Told::print);
            say(&summary(&told, places));
            if told.iter().all(Told::went_well) { ExitCode::SUCCESS } else { ExitCode::from(OTHERWISE) }
        }),
    };
    done.unwrap_or_else(|mistake| {
        eprintln!("{mistake}");
        ExitCode::from(MISTAKEN)
    })
}

fn list() -> Result<ExitCode, Mistake> {
    for story in all()? {
        say(&format!("{}  {} ({})", number(&story), story.title, story.rule_ids()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a line. Whoever has stopped reading (`| head`) wants no more, which is no mistake.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn number(story: &Scenario) -> &str {
    story.name.split('-').next().unwrap_or_default()
}

/// The stories that are to be played: all, the one in a file, or the one of that number or name.
fn stories(run: &Run) -> Result<Vec<Scenario>, String> {
    let told = |mistake: Mistake| mistake.to_string();
    let Some(wanted) = &run.story else { return all().map_err(told) };
    if Path::new(wanted).exists() {
        return Scenario::load(Path::new(wanted)).map(|story| vec![story]).map_err(told);
    }
    let name = wanted.strip_suffix(".toml").unwrap_or(wanted);
    let is_called =
        |story: &Scenario| story.name == name || number(story).trim_start_matches('0') == name.trim_start_matches('0');
    let known: Vec<_> = all().map_err(told)?.into_iter().filter(is_called).collect();
    if known.is_empty() {
        return Err(format!(
            "there is no file {wanted}, and no story of that number or name; `cargo xtask scenario list` shows all"
        ));
    }
    Ok(known)
}

/// Plays every story on every stage, and prints those alone that did not go well.
pub(crate) fn play_all_everywhere() -> Result<String, String> {
    let stories = all().map_err(|mistake| mistake.to_string())?;
    let told: Vec<_> = stories.iter().map(|story| Told::on(Place::ALL, story)).collect();
    told.iter().filter(|told| !told.went_well()).for_each(Told::print);
    let summary = summary(&told, Place::ALL);
    if told.iter().all(Told::went_well) { Ok(summary) } else { Err(summary) }
}

fn summary(told: &[Told], places: &[Place]) -> String {
    let good = told.iter().filter(|told| told.wrong.is_empty()).count();
    let differ = told.iter().filter(|told| !told.differences.is_empty()).count();
    let names: Vec<_> = places.iter().map(|place| place.as_str()).collect();
    let equal = match (places.len(), differ) {
        (1, _) => String::new(),
        (_, 0) => "; the transcripts are equal".to_owned(),
        (_, differ) => format!("; {differ} of the transcripts DIFFER"),
    };
    format!("{good} of {} stories went as expected on {}{equal}", told.len(), names.join(", "))
}

/// What a story came to on some stages.
struct Told {
    name: String,
    /// From the first stage that did not fail.
    transcript: Option<String>,
    /// What was expected and did not happen, and on which stages.
    wrong: Vec<(String, Vec<&'static str>)>,
    /// How other stages tell it.
    differences: Vec<String>,
}

impl Told {
    fn on(places: &[Place], story: &Scenario) -> Self {
        let mut told = Self { name: story.name.clone(), transcript: None, wrong: Vec::new(), differences: Vec::new() };
        for place in places {
            match place.stage().and_then(|mut stage| play(story, stage.as_mut())) {
                Err(not) => told.add(not.to_string(), *place),
                Ok(Played { transcript, failures, .. }) => {
                    failures.iter().for_each(|failure| told.add(failure.to_string(), *place));
                    let first = told.transcript.get_or_insert_with(|| transcript.clone());
                    if *first != transcript {
                        let difference = difference(first, &transcript);
                        told.differences.push(format!("on {} it is told otherwise:\n{difference}", place.as_str()));
                    }
                }
            }
        }
        told
    }

    fn add(&mut self, wrong: String, place: Place) {
        match self.wrong.iter_mut().find(|(other, _)| *other == wrong) {
            Some((_, places)) => places.push(place.as_str()),
            None => self.wrong.push((wrong, vec![place.as_str()])),
        }
    }

    fn went_well(&self) -> bool {
        self.wrong.is_empty() && self.differences.is_empty()
    }

    fn print(&self) {
        say(&format!("# {}\n{}", self.name, self.transcript.as_deref().unwrap_or_default()));
        for (wrong, places) in &self.wrong {
            say(&format!("on {}: {wrong}\n", places.join(", ")));
        }
        self.differences.iter().for_each(|difference| say(difference));
    }
}

/// The lines that only one of two transcripts has.
fn difference(first: &str, other: &str) -> String {
    let only = |mark: &str, these: &str, those: &str| {
        let those: Vec<_> = those.lines().collect();
        let lines = these.lines().filter(|line| !those.contains(line)).map(|line| format!("{mark} {line}\n"));
        lines.collect::<String>()
    };
    only("-", first, other) + &only("+", other, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_transcripts_the_lines_that_differ_are_shown() {
        assert_eq!(difference("T  same\nT+1h  one\n", "T  same\nT+1h  other\n"), "- T+1h  one\n+ T+1h  other\n");
    }

    #[test]
    fn a_story_is_found_by_its_number_its_name_or_its_file() {
        for wanted in ["1", "0001", "0001-the-buyer-accepts", "0001-the-buyer-accepts.toml"] {
            let run = Run { story: Some(wanted.to_owned()), all: false, on: On::All };
            let names: Vec<_> = stories(&run).expect("a story").into_iter().map(|story| story.name).collect();
            assert_eq!(names, ["0001-the-buyer-accepts"], "{wanted}");
        }
    }
}

//! `cargo xtask scenario`: lists stories, and plays them.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use refund_tests::scenario::{Mistake, Place, Scenario, all, play};

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
        &[Self::One(Place::Core), Self::One(Place::Memory), Self::All]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(match self {
            Self::One(place) => place.as_str().into(),
            Self::All => "all".into(),
        })
    }
}

/// What a run came to; the worse counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Well,
    /// An expectation failed, or two stages told different stories.
    Otherwise,
    /// A file has a mistake.
    Mistaken,
}

pub(crate) fn run(command: Command) -> ExitCode {
    let came = match command {
        Command::List => list().unwrap_or_else(|mistake| mistaken(&mistake)),
        Command::Run(run) => match stories(&run) {
            Ok(stories) => played(&stories, run.on),
            Err(mistake) => mistaken(&mistake),
        },
    };
    match came {
        Came::Well => ExitCode::SUCCESS,
        Came::Otherwise => ExitCode::from(1),
        Came::Mistaken => ExitCode::from(2),
    }
}

fn mistaken(mistake: &Mistake) -> Came {
    eprintln!("{mistake}");
    Came::Mistaken
}

fn list() -> Result<Came, Mistake> {
    for story in all()? {
        let number = story.name.split('-').next().unwrap_or_default();
        println!("{number}  {} ({})", story.title, story.rules.join(", "));
    }
    Ok(Came::Well)
}

/// The stories that are to be played: all, a file, or those whose name begins so.
fn stories(run: &Run) -> Result<Vec<Scenario>, Mistake> {
    let Some(wanted) = &run.story else { return all() };
    if Path::new(wanted).exists() || wanted.ends_with(".toml") {
        return Ok(vec![Scenario::load(Path::new(wanted))?]);
    }
    let known: Vec<_> = all()?.into_iter().filter(|story| is_called(story, wanted)).collect();
    // Neither a file nor a name: reading it as a file says so.
    if known.is_empty() { Scenario::load(Path::new(wanted)).map(|story| vec![story]) } else { Ok(known) }
}

fn is_called(story: &Scenario, wanted: &str) -> bool {
    let number = story.name.split('-').next().unwrap_or_default();
    story.name == wanted || number == wanted || number.trim_start_matches('0') == wanted
}

fn played(stories: &[Scenario], on: On) -> Came {
    let places = if let On::One(place) = &on { std::slice::from_ref(place) } else { Place::ALL };
    let came: Vec<_> = stories.iter().map(|story| told(story, places)).collect();
    let good = came.iter().filter(|came| **came == Came::Well).count();
    let names: Vec<_> = places.iter().map(|place| place.as_str()).collect();
    let equal = if places.len() > 1 { " with the same transcript on each" } else { "" };
    println!("{good} of {} stories went as expected on {}{equal}", stories.len(), names.join(", "));
    came.into_iter().max().unwrap_or(Came::Well)
}

/// Plays a story on each stage, and prints the first transcript and whatever differs from it.
fn told(story: &Scenario, places: &[Place]) -> Came {
    println!("# {}", story.name);
    let mut first: Option<String> = None;
    let mut came = Came::Well;
    for place in places {
        let played = match place.stage().and_then(|mut stage| play(story, stage.as_mut())) {
            Ok(played) => played,
            Err(not) => {
                println!("on {}: {not}", place.as_str());
                came = Came::Otherwise;
                continue;
            }
        };
        for failure in &played.failures {
            println!("on {}: {failure}", place.as_str());
            came = Came::Otherwise;
        }
        match &first {
            None => {
                println!("{}", played.transcript);
                first = Some(played.transcript);
            }
            Some(first) if *first != played.transcript => {
                println!("on {} it is told otherwise:\n{}", place.as_str(), difference(first, &played.transcript));
                came = Came::Otherwise;
            }
            Some(_) => {}
        }
    }
    came
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

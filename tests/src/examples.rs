//! What a server really takes and answers, to be shown as examples: each operation once, and each reason for no.

mod files;
mod masked;
mod no;
mod tour;

use std::collections::BTreeMap;

use refund_core::RefusalCode;
use serde_json::{Value, json};

use crate::scenario::{Place, Played, Scenario, play};
use masked::Names;
use tour::Tour;

/// What was said in calls, by what they are examples of.
#[derive(Debug, Default)]
struct Shown {
    operations: BTreeMap<&'static str, Operation>,
    problems: BTreeMap<String, Value>,
}

/// One operation: what was sent, and what came back with each status.
#[derive(Debug, Default)]
struct Operation {
    names: Names,
    request: Option<Value>,
    answers: BTreeMap<String, Value>,
}

impl Shown {
    /// The first of each kind is kept.
    fn answer(&mut self, operation: &'static str, sent: &Value, status: u16, body: &Value) {
        let operation = self.operations.entry(operation).or_default();
        let Operation { names, request, answers } = operation;
        if !sent.is_null() {
            request.get_or_insert_with(|| names.masked(sent));
        }
        answers.entry(status.to_string()).or_insert_with(|| names.masked(body));
    }

    fn problem(&mut self, problem: &Value) {
        let code = problem.get("code").and_then(Value::as_str).unwrap_or_default();
        self.problems.entry(code.to_owned()).or_insert_with(|| Names::default().masked(problem));
    }

    fn into_json(self) -> Value {
        let operations = self.operations.into_iter().map(|(id, Operation { request, answers, .. })| {
            let example = match request {
                Some(request) => json!({ "request": request, "answers": answers }),
                None => json!({ "answers": answers }),
            };
            (id.to_owned(), example)
        });
        json!({ "operations": operations.collect::<BTreeMap<_, _>>(), "problems": self.problems })
    }
}

/// Every example that there is: operations by their ids, problems by their codes.
///
/// # Errors
/// What went otherwise than it was to go.
pub fn all(stories: &[Scenario]) -> Result<Value, String> {
    let mut shown = Shown::default();
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut tour = Tour::begin(folder.path(), &mut shown)?;
    tour.go().and_then(|()| files::go(&mut tour)).and_then(|()| no::meet(&mut tour))?;
    tour.end()?;
    refusals(stories, &mut shown)?;
    Ok(shown.into_json())
}

/// The rules' reasons for no, each from the first story that meets it.
fn refusals(stories: &[Scenario], shown: &mut Shown) -> Result<(), String> {
    let played = |story: &Scenario, place: Place| -> Result<Played, String> {
        let played = place.stage().and_then(|mut stage| play(story, stage.as_mut()));
        played.map_err(|not| format!("{}: {not}", story.name))
    };
    for story in stories {
        let is_new = |code: RefusalCode| !shown.problems.contains_key(code.as_str());
        if played(story, Place::Core)?.refusals.iter().any(|no| is_new(no.code)) {
            let told = played(story, Place::Http)?.refusals.into_iter().filter_map(|no| no.problem);
            told.for_each(|problem| shown.problem(&problem));
        }
    }
    Ok(())
}

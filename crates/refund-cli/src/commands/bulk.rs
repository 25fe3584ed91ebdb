//! `refund bulk`: many commands from a file, a hundred in one call.

mod lines;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Desk;
use crate::cli::refunds::Bulk;
use crate::client::{Change, seen};
use crate::failure::Failure;
use crate::model::BulkResult;
use crate::output::Said;
use crate::view;
use lines::Line;

/// How many commands the server takes in one call.
const AT_ONCE: usize = 100;

#[derive(Deserialize)]
struct Results {
    items: Vec<Box<RawValue>>,
}

pub(super) fn run(desk: &Desk, bulk: &Bulk) -> Result<(), Failure> {
    let lines = lines::read(&bulk.file)?;
    let mut results = Vec::new();
    for part in lines.chunks(AT_ONCE) {
        match send(desk, part) {
            Ok(part) => results.extend(part),
            Err(failure) => {
                tell(desk, &lines, &results)?;
                if !results.is_empty() {
                    let next = part.first().map_or(0, |line| line.number);
                    desk.out.note(&format!(
                        "It stopped before line {next}; the same again goes on, and does nothing twice."
                    ));
                }
                return Err(failure);
            }
        }
    }
    let refused = tell(desk, &lines, &results)?;
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::Partly(format!("{refused} of {} were refused, and changed nothing", lines.len())))
}

/// Sends some lines as one call, and gives the result of each.
fn send(desk: &Desk, lines: &[Line]) -> Result<Vec<String>, Failure> {
    let items: Vec<&Value> = lines.iter().map(|line| &line.item).collect();
    let body = json!({ "items": items }).to_string();
    // The same lines are the same call, whenever they are sent.
    let digest = HEXLOWER.encode(&Sha256::digest(body.as_bytes()));
    let key = format!("bulk-{}", digest.get(..32).unwrap_or(&digest));
    let sent = desk.change(Change::post("/v1/refunds/bulk", body).under(key));
    let results: Results = sent.map_err(|failure| by_line(failure, lines))?.raw()?;
    Ok(results.items.into_iter().map(|item| item.get().to_owned()).collect())
}

/// What the server says of an item, by the number of its line.
fn by_line(failure: Failure, lines: &[Line]) -> Failure {
    let Failure::Problem(mut problem) = failure else { return failure };
    for error in &mut problem.errors {
        let place = error.pointer.strip_prefix("/items/").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
        let line = place.and_then(|(index, field)| Some((lines.get(index.parse::<usize>().ok()?)?, field)));
        if let Some((line, field)) = line {
            error.pointer = format!("line {} {field}", line.number).trim_end().to_owned();
        }
    }
    Failure::Problem(problem)
}

/// Shows what came of the lines so far, and says how many were refused.
fn tell(desk: &Desk, lines: &[Line], results: &[String]) -> Result<usize, Failure> {
    if results.is_empty() {
        return Ok(0);
    }
    let read = |(line, result): (&Line, &String)| {
        let result: BulkResult = seen(result).map_err(|error| Failure::Broken(format!("a result: {error}")))?;
        Ok((line.number, line.action().to_owned(), result))
    };
    let told = lines.iter().zip(results).map(read).collect::<Result<Vec<_>, Failure>>()?;
    let said = Said::Items { items: results, next_cursor: None };
    desk.out.say(&said, view::bulk::FIELDS, || Ok(view::bulk::list(&told, &desk.out)))?;
    Ok(told.iter().filter(|(_, _, result)| result.problem.is_some()).count())
}

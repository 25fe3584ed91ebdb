//! `refund clock`: a demo's time.

use serde_json::json;

use super::Desk;
use crate::cli::desk::Clock;
use crate::client::{Change, Query, Reply};
use crate::failure::Failure;
use crate::output::Said;
use crate::output::time::{absolute, instant};

const PATH: &str = "/v1/test-clock";

pub(super) fn run(desk: &Desk, clock: &Clock) -> Result<(), Failure> {
    match clock {
        Clock::Get => show(desk, &read(desk)?),
        Clock::Advance(advance) => {
            let now = read(desk)?.field("now").and_then(|now| instant(&now));
            let now = now.ok_or_else(|| Failure::Broken("the server did not say what time it is".to_owned()))?;
            // To an instant, and not by a span: sent twice it moves the clock once.
            let to = advance.by.from(now);
            let change = Change::post(format!("{PATH}/advance"), json!({ "to": to }));
            let answer = desk.client()?.change(&change, &format!("refund clock advance {to}"))?;
            show(desk, &answer)?;
            desk.out.hint("Next: refund list");
            Ok(())
        }
    }
}

fn read(desk: &Desk) -> Result<Reply, Failure> {
    let read = desk.client()?.get(PATH, &Query::new());
    if matches!(&read, Err(Failure::Problem(problem)) if problem.status == 404) {
        let why = "this server has no test clock: it is no demo, and its time passes by itself";
        return Err(Failure::Usage(why.to_owned()));
    }
    read
}

fn show(desk: &Desk, answer: &Reply) -> Result<(), Failure> {
    let now = answer.field("now").unwrap_or_default();
    desk.out.say(&Said::One(answer.text()), &["now"], || Ok(format!("It is {} for the demo.\n", absolute(&now))))
}

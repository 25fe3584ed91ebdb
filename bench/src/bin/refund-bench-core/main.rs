//! What the rules alone cost: time and allocations for each command. It is a program of its own
//! because it counts every allocation, and all else is to be measured without that.
#![allow(clippy::float_arithmetic, reason = "ratios and times are measured here, never money")]

mod cases;

use std::hint::black_box;

use refund_bench::Fault;
use refund_bench::statistics::Rounds;
use refund_bench::stopwatch::Stopwatch;
use refund_bench::table::Table;

use self::cases::{Case, Desk};

/// How often the cases of a kind are gone through in a round.
const TIMES: usize = 30;
const ROUNDS: usize = 101;

/// What is done with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The yardstick: one copy of the refund, which is what a new state costs at the least.
    Copy,
    /// Settle, decide, evolve.
    Command(&'static str),
    /// What the buyer and the platform, or the seller, may do next.
    Actions,
}

/// What is measured: how it is called, what it is, how often it comes in the mix, and its cases.
struct Subject {
    kind: Kind,
    share: f64,
    cases: Vec<Case>,
    nanos: Rounds,
    in_copies: Rounds,
}

fn main() -> Result<(), Fault> {
    let desk = Desk::new()?;
    let mut subjects = subjects(&desk)?;
    let yardstick = subject(Kind::Copy, 0.0, desk.cases("offer")?);
    for _ in 0..ROUNDS {
        for subject in &mut subjects {
            // Each right before, so that whatever else the machine does hits both.
            let copy = yardstick.nanos_each(&desk);
            let nanos = subject.nanos_each(&desk);
            subject.nanos.add(nanos);
            subject.in_copies.add(nanos / copy);
        }
    }
    print(&desk, &subjects);
    Ok(())
}

fn subject(kind: Kind, share: f64, cases: Vec<Case>) -> Subject {
    Subject { kind, share, cases, nanos: Rounds::default(), in_copies: Rounds::default() }
}

fn subjects(desk: &Desk) -> Result<Vec<Subject>, Fault> {
    let mut subjects = vec![subject(Kind::Copy, 0.0, desk.cases("offer")?)];
    for (name, share) in cases::MIX {
        subjects.push(subject(Kind::Command(name), f64::from(*share), desk.cases(name)?));
    }
    subjects.push(subject(Kind::Actions, 0.0, desk.cases("accept")?));
    Ok(subjects)
}

impl Subject {
    fn name(&self) -> String {
        match self.kind {
            Kind::Copy => "copy of a refund".to_owned(),
            Kind::Command(name) => name.to_owned(),
            Kind::Actions => "actions of one viewer".to_owned(),
        }
    }

    fn once(&self, desk: &Desk, case: &Case) {
        match self.kind {
            Kind::Copy => drop(black_box(case.refund.clone())),
            Kind::Command(_) => drop(black_box(desk.carry_out(case))),
            Kind::Actions => drop(black_box(desk.actions(case))),
        }
    }

    fn nanos_each(&self, desk: &Desk) -> f64 {
        let watch = Stopwatch::start();
        for _ in 0..TIMES {
            for case in &self.cases {
                self.once(desk, black_box(case));
            }
        }
        watch.elapsed().as_secs_f64() * 1e9 / (TIMES * self.cases.len()) as f64
    }

    /// Allocations of each, and their bytes.
    fn allocations(&self, desk: &Desk) -> (f64, f64) {
        let counted = allocation_counter::measure(|| self.cases.iter().for_each(|case| self.once(desk, case)));
        let each = |total: u64| total as f64 / self.cases.len() as f64;
        (each(counted.count_total), each(counted.bytes_total))
    }
}

fn print(desk: &Desk, subjects: &[Subject]) {
    let mut table = Table::new(&["what", "share of the mix", "time", "÷ copy of a refund", "allocations", "bytes"]);
    let mut mix = [0.0; 5];
    for subject in subjects {
        let (count, bytes) = subject.allocations(desk);
        let (nanos, copies) = (subject.nanos.median(), subject.in_copies.median());
        for (sum, figure) in mix.iter_mut().zip([1.0, nanos, copies, count, bytes]) {
            *sum += figure * subject.share;
        }
        table.row([
            subject.name(),
            if subject.share > 0.0 { format!("{}", subject.share) } else { "–".to_owned() },
            format!("{nanos:.0} ns"),
            subject.in_copies.ratio(),
            format!("{count:.1}"),
            format!("{bytes:.0}"),
        ]);
    }
    let [shares, nanos, copies, count, bytes] = mix;
    table.row([
        "the mix, each command".to_owned(),
        format!("{shares}"),
        format!("{:.0} ns", nanos / shares),
        format!("{:.2}", copies / shares),
        format!("{:.1}", count / shares),
        format!("{:.0}", bytes / shares),
    ]);
    table.print("Core: settle, decide, evolve");
}

//! What came of the lines.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use indicatif::ProgressBar;

use crate::failure::{Failure, Problem};
use crate::output::{Format, Output, Said};
use crate::view;

/// A line that was carried out.
pub(super) struct Done {
    /// Whether it was this time.
    pub(super) is_new: bool,
    pub(super) json: String,
}

/// A line that was not.
pub(super) enum Failed {
    /// The line is at fault, and the next one may be well.
    Line { code: String, detail: String },
    /// The server has no time now, and nothing of it was done.
    Busy(Box<Problem>),
    /// Each further line would fail alike.
    All(Failure),
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        let Failure::Problem(problem) = failure else { return Self::All(failure) };
        match (problem.status, problem.code.as_str()) {
            (429, _) | (503, "busy") => Self::Busy(problem),
            // The key, the disk, or settling that is held.
            (401 | 403 | 503, _) => Self::All(Failure::Problem(problem)),
            _ => Self::Line { code: problem.code.clone(), detail: problem.in_one_line() },
        }
    }
}

/// The counts, and where what failed is told.
pub(super) struct Tally {
    out: Output,
    failed_file: Option<BufWriter<File>>,
    progress: ProgressBar,
    opened: u64,
    there: u64,
    failed: u64,
    stopped: Option<(u64, Failure)>,
}

/// A file to write to, without what was in it. By whatever name or link it is called, it is not the one that is read:
/// that would be empty before its first line.
fn emptied(path: &Path, read: Option<&Metadata>) -> Result<File, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
    let open = OpenOptions::new().write(true).create(true).truncate(false).open(path);
    let file = open.map_err(|error| wrong(error.to_string()))?;
    let there = file.metadata().map_err(|error| wrong(error.to_string()))?;
    if there.is_file() {
        if read.is_some_and(|read| (read.dev(), read.ino()) == (there.dev(), there.ino())) {
            return Err(wrong("the lines are read from this file; what failed has to go to another".to_owned()));
        }
        file.set_len(0).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(file)
}

impl Tally {
    /// `read`: the file that the lines come from, if they come from one.
    pub(super) fn new(
        out: Output,
        failed: Option<&Path>,
        read: Option<&Metadata>,
        progress: ProgressBar,
    ) -> Result<Self, Failure> {
        let failed_file = failed.map(|path| emptied(path, read)).transpose()?.map(BufWriter::new);
        Ok(Self { out, failed_file, progress, opened: 0, there: 0, failed: 0, stopped: None })
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Ends it all at that line. The reason of the first one in the file is told.
    pub(super) fn stop(&mut self, number: u64, failure: Failure) {
        if self.stopped.as_ref().is_none_or(|(first, _)| number < *first) {
            self.stopped = Some((number, failure));
        }
    }

    pub(super) fn count(&mut self, number: u64, length: u64, sent: Result<Done, Failed>) {
        match sent {
            Ok(Done { is_new, json }) => {
                if is_new {
                    self.opened += 1
                } else {
                    self.there += 1
                }
                if let Err(failure) = self.tell_opened(&json) {
                    self.stop(number, failure);
                }
            }
            Err(Failed::Line { code, detail }) => {
                self.failed += 1;
                if let Err(failure) = self.tell_failed(number, &code, &detail) {
                    self.stop(number, failure);
                }
            }
            Err(Failed::Busy(problem)) => self.stop(number, Failure::Problem(problem)),
            Err(Failed::All(failure)) => self.stop(number, failure),
        }
        self.progress.inc(length);
        self.progress.set_message(self.counts());
    }

    fn tell_opened(&self, json: &str) -> Result<(), Failure> {
        match self.out.format {
            Format::Jsonl => self.out.say(&Said::One(json), view::refund::FIELDS, || Ok(String::new())),
            Format::Table | Format::Json | Format::Csv => Ok(()),
        }
    }

    fn tell_failed(&mut self, number: u64, code: &str, detail: &str) -> Result<(), Failure> {
        let detail = detail.replace(['\n', '\t'], " ");
        match &mut self.failed_file {
            Some(file) => writeln!(file, "{number}\t{code}\t{detail}")?,
            None => self.progress.suspend(|| self.out.note(&format!("line {number}: {code}: {detail}"))),
        }
        Ok(())
    }

    fn counts(&self) -> String {
        format!("{} opened, {} were there, {} failed", self.opened, self.there, self.failed)
    }

    /// The last line, and whether all went well.
    pub(super) fn end(mut self, repeat: &str) -> Result<(), Failure> {
        if let Some(file) = &mut self.failed_file {
            file.flush()?;
        }
        self.progress.finish_and_clear();
        let Self { opened, there, failed, .. } = &self;
        let counts = format!("{{\"opened\":{opened},\"were_there\":{there},\"failed\":{failed}}}");
        match self.out.format {
            Format::Jsonl => self.out.note(&format!("{}.", self.counts())),
            Format::Table | Format::Json | Format::Csv => {
                let told = || Ok(format!("{}.\n", self.counts()));
                self.out.say(&Said::One(&counts), &["opened", "were_there", "failed"], told)?;
            }
        }
        match self.stopped {
            Some((number, failure)) => {
                let next = format!("the same again goes on, and opens nothing twice:\n  {repeat}");
                self.out.note(&format!("It stopped at line {number}; {next}"));
                Err(failure)
            }
            None if *failed > 0 => Err(Failure::Partly(format!(
                "lines that failed: {failed}; mend them and send the file again, nothing is opened twice"
            ))),
            None => Ok(()),
        }
    }
}

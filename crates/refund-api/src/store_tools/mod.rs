//! The operator's tools for what is stored, as commands: `refund-api store …`, and `refund-api migrate`.

mod bar;
mod migrate;
mod report;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use refund_store::care::{self, CareError};

use self::bar::Bar;
pub use self::migrate::Migration;
use crate::machine::{clock, entropy};
use crate::{demo, secrets};

/// The files beside the journal that a restored server needs.
const SECRETS: &[&str] = &[secrets::SERVER, secrets::OPERATOR_KEY, demo::MARK];

const EXIT_CODES: &str = "Exit codes: 0 all is well; 1 it could not be done, and the message says why; 2 the command \
line is wrong; 3 something that was stored is damaged, missing or can't be true.";

/// What can be done with what is stored.
#[derive(Debug, Clone, Subcommand)]
pub enum StoreTool {
    /// Check everything that is stored. Nothing is changed; a server may run meanwhile.
    ///
    /// Every byte of the journal is checked, each record is understood, every refund is played
    /// again by the rules and held to the laws, and, while no server runs, the view has to say
    /// the same. Nothing can start on the folder while the view is compared.
    #[command(after_help = EXIT_CODES, after_long_help = VERIFY_EXAMPLES)]
    Verify {
        /// The server's data folder, or a backup.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Leave the view out.
        #[arg(long)]
        journal_only: bool,
        /// Where there is space for a copy of the view [default: the system's folder for temporary files].
        #[arg(long, value_name = "DIR")]
        scratch: Option<PathBuf>,
    },
    /// Throw the view away and build it anew from the journal. No server may run.
    ///
    /// The journal is checked first. Where it is damaged, the view is left as it was.
    #[command(after_help = EXIT_CODES, after_long_help = REBUILD_EXAMPLES)]
    Rebuild {
        /// The server's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Copy what is new in the journal to a backup, and the secrets. A server may run meanwhile.
    ///
    /// What is copied is checked on the way. Run again with the same folder it copies only what is
    /// new, so that it can be run every few minutes. An interrupted backup leaves the one before.
    #[command(after_help = EXIT_CODES, after_long_help = BACKUP_EXAMPLES)]
    Backup {
        /// The server's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The backup's folder: a new one, or one of an earlier backup of the same journal.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Make a data folder from a backup. Every byte is checked, and the view is built.
    ///
    /// What was acknowledged after the backup was made is not in it and is lost.
    #[command(after_help = EXIT_CODES, after_long_help = RESTORE_EXAMPLES)]
    Restore {
        /// The backup's folder.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// The new data folder: one that does not exist, or is empty.
        #[arg(long, value_name = "NEW")]
        data: PathBuf,
    },
    /// Count what is stored, and how much space it takes. Nothing is changed; a server may run meanwhile.
    #[command(after_help = EXIT_CODES, after_long_help = STATS_EXAMPLES)]
    Stats {
        /// The server's data folder, or a backup.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// How it is written.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// A JSON object.
    Json,
}

macro_rules! examples {
    ($name:ident, $text:literal) => {
        const $name: &str = concat!(
            "Examples:\n",
            $text,
            "\n\nExit codes:\n  0  all is well\n  1  it could not be done, and the message says why\n  \
             2  the command line is wrong\n  3  something that was stored is damaged, missing or can't be true"
        );
    };
}
examples!(
    VERIFY_EXAMPLES,
    "  refund-api store verify --data /var/lib/refund\n  refund-api store verify --data /backup/refund --journal-only"
);
examples!(REBUILD_EXAMPLES, "  refund-api store rebuild --data /var/lib/refund");
examples!(
    BACKUP_EXAMPLES,
    "  refund-api store backup --data /var/lib/refund --to /backup/refund\n\nEvery 5 minutes, in a crontab:\n  \
     */5 * * * *  refund-api store backup --data /var/lib/refund --to /backup/refund"
);
examples!(
    RESTORE_EXAMPLES,
    "  refund-api store restore --from /backup/refund --data /var/lib/refund-restored\n  \
     refund-api serve --data /var/lib/refund-restored"
);
examples!(
    STATS_EXAMPLES,
    "  refund-api store stats --data /var/lib/refund\n  refund-api store stats --data /var/lib/refund -o json | jq .refunds"
);

/// How a tool ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Good,
    /// It could not be done.
    Failed,
    /// Something that was stored is damaged, missing or can't be true.
    Damaged,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Good => Self::SUCCESS,
            Outcome::Failed => Self::FAILURE,
            Outcome::Damaged => Self::from(3),
        }
    }
}

impl StoreTool {
    /// Does it. What was found goes to standard output, how far it is and why it stopped to standard error.
    #[must_use]
    pub fn run(&self) -> Outcome {
        let bar = Bar::new();
        let result = self.carry_out(&bar);
        bar.clear();
        if let Self::Verify { data, .. } | Self::Stats { data, .. } = self
            && is_open_to_others(data)
        {
            eprintln!("refund-api: {} is open to other users of this machine: chmod 700 shuts it", data.display());
        }
        match result {
            Ok((text, outcome)) => {
                print!("{text}");
                outcome
            }
            Err(error) => {
                eprintln!("refund-api: {error}");
                if error.is_damage() { Outcome::Damaged } else { Outcome::Failed }
            }
        }
    }

    fn carry_out(&self, bar: &Bar) -> Result<(String, Outcome), CareError> {
        let watcher = bar.watcher();
        let good = |text| Ok((text, Outcome::Good));
        match self {
            Self::Verify { data, journal_only, scratch } => {
                let scratch = scratch_in(scratch.as_deref())?;
                let place = Some(scratch.path()).filter(|_| !journal_only);
                let found = care::verify(data, place, &watcher)?;
                let outcome = if found.is_damaged() { Outcome::Damaged } else { Outcome::Good };
                Ok((report::verified(&found, data), outcome))
            }
            Self::Rebuild { data } => good(report::rebuilt(&care::rebuild(data, &watcher)?)),
            Self::Backup { data, to } => {
                let backup = care::back_up(data, to, SECRETS, clock::system_now(), &watcher)?;
                good(report::backed_up(&backup, to))
            }
            Self::Restore { from, data } => {
                let restored =
                    care::restore(from, data, SECRETS, clock::system_now(), Arc::new(entropy::fill), &watcher)?;
                good(report::restored(&restored, data))
            }
            Self::Stats { data, output } => {
                let stats = care::stats(data, clock::system_now(), &watcher)?;
                good(match output {
                    Output::Text => report::stats(&stats),
                    Output::Json => report::stats_json(&stats),
                })
            }
        }
    }
}

/// Whether others may look into a folder. Whoever only looks changes nothing about that, and says it.
fn is_open_to_others(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|found| found.is_dir() && found.permissions().mode() & 0o077 != 0)
}

/// An empty folder that goes when it is dropped.
fn scratch_in(folder: Option<&Path>) -> Result<tempfile::TempDir, CareError> {
    let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
    let made = tempfile::Builder::new().prefix("refund-verify-").tempdir_in(&folder);
    // Without the name that it would have had.
    made.map_err(|error| CareError::File { doing: "make a folder in", path: folder, source: error.kind().into() })
}

//! The operator's tools for what is stored, as commands: `refund-api store …`, `refund-api migrate` and `refund-api settling`.

mod bar;
mod in_database;
mod migrate;
mod places;
mod report;
mod settling;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgGroup, Subcommand, ValueEnum};
use refund_store::care::{self, BackedUp, CareError, StoreAt, Watcher};
use serde::Serialize;

use self::bar::Bar;
pub use self::migrate::Migration;
use self::places::{OneStore, Password, ToolError};
use self::report::database as of_database;
pub use self::settling::Settling;
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
    ///
    /// In a database every record is held against its digest and the chain, and every row that
    /// follows from them has to be what they make. It is looked at as of one moment, and needs
    /// space for temporary tables there.
    #[command(after_help = EXIT_CODES, after_long_help = VERIFY_EXAMPLES)]
    Verify {
        /// Which store.
        #[command(flatten)]
        of: OneStore,
        /// How its database lets the tool in.
        #[command(flatten)]
        password: Password,
        /// Leave the view out.
        #[arg(long, conflicts_with = "store")]
        journal_only: bool,
        /// Where there is space for a copy of the view [default: the system's folder for temporary files].
        #[arg(long, value_name = "DIR", conflicts_with = "store")]
        scratch: Option<PathBuf>,
    },
    /// Throw the view away and build it anew from the journal. No server may run.
    ///
    /// The journal is checked first. Where it is damaged, the view is left as it was. In a database
    /// the tables that follow from the records are made anew, whole or not at all.
    #[command(after_help = EXIT_CODES, after_long_help = REBUILD_EXAMPLES)]
    Rebuild {
        /// Which store.
        #[command(flatten)]
        of: OneStore,
        /// How its database lets the tool in.
        #[command(flatten)]
        password: Password,
    },
    /// Copy what is new in the journal to a backup, and the secrets. A server may run meanwhile.
    ///
    /// What is copied is checked on the way. Run again with the same folder it copies only what is
    /// new, so that it can be run every few minutes. An interrupted backup leaves the one before.
    #[command(after_help = EXIT_CODES, after_long_help = BACKUP_EXAMPLES)]
    ///
    /// Of a database a journal is made of its records, and all that the backup has already is held
    /// against them; with --data too, the secrets of that server go with it.
    #[command(group = ArgGroup::new("whose").args(["data", "store"]).required(true).multiple(true))]
    Backup {
        /// The server's data folder.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// The database that servers share, as postgres://USER@HOST/DATABASE.
        #[arg(long, value_name = "URL")]
        store: Option<String>,
        /// How its database lets the tool in.
        #[command(flatten)]
        password: Password,
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
    /// Copy a store to where another kind of it is kept: from a folder to a database, or back. No server may run.
    ///
    /// Every record keeps its number, its epoch and its time, so that ids of events and cursors stay
    /// good. Each is checked against the chain, and compared with what is read back of it. A copy that
    /// was cut off goes on where it stopped when this is run again; until it is complete no server
    /// takes what is there for a store.
    #[command(after_help = EXIT_CODES, after_long_help = COPY_EXAMPLES)]
    Copy {
        /// The store: a data folder, or a database as postgres://USER@HOST/DATABASE.
        #[arg(long, value_name = "DIR|URL")]
        from: String,
        /// Where to: a new folder, or an empty database on which `refund-api migrate` was run.
        #[arg(long, value_name = "DIR|URL")]
        to: String,
        /// How its database lets the tool in.
        #[command(flatten)]
        password: Password,
    },
    /// Say that a database was taken back to an earlier moment, as after a recovery to a point in time. No server may run.
    ///
    /// What was acknowledged after that moment is lost. From now on nothing is taken for it that comes in its
    /// place: positions of the feed that were lost answer 410 `other_history`, and each refund's first change leaps
    /// to a version that was never given.
    #[command(after_help = EXIT_CODES, after_long_help = RECOVERED_EXAMPLES)]
    Recovered {
        /// The database that servers share, as postgres://USER@HOST/DATABASE.
        #[arg(long, value_name = "URL")]
        store: String,
        /// How its database lets the tool in.
        #[command(flatten)]
        password: Password,
    },
    /// Count what is stored, and how much space it takes. Nothing is changed; a server may run meanwhile.
    #[command(after_help = EXIT_CODES, after_long_help = STATS_EXAMPLES)]
    Stats {
        /// Which store.
        #[command(flatten)]
        of: OneStore,
        /// How its database lets the tool in.
        #[command(flatten)]
        password: Password,
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
    "  refund-api store verify --data /var/lib/refund\n  refund-api store verify --data /backup/refund --journal-only\n  \
     refund-api store verify --store postgres://refund@db.example/refund"
);
examples!(
    REBUILD_EXAMPLES,
    "  refund-api store rebuild --data /var/lib/refund\n  refund-api store rebuild --store postgres://refund@db.example/refund"
);
examples!(
    COPY_EXAMPLES,
    "  refund-api store copy --from /var/lib/refund --to postgres://refund@db.example/refund\n  \
     refund-api store copy --from postgres://refund@db.example/refund --to /var/lib/refund-new"
);
examples!(
    BACKUP_EXAMPLES,
    "  refund-api store backup --data /var/lib/refund --to /backup/refund\n\nEvery 5 minutes, in a crontab:\n  \
     */5 * * * *  refund-api store backup --data /var/lib/refund --to /backup/refund\n\nOf a database, with what \
     one of its servers keeps:\n  \
     refund-api store backup --store postgres://refund@db.example/refund --data /var/lib/refund --to /backup/refund"
);
examples!(
    RESTORE_EXAMPLES,
    "  refund-api store restore --from /backup/refund --data /var/lib/refund-restored\n  \
     refund-api serve --data /var/lib/refund-restored"
);
examples!(RECOVERED_EXAMPLES, "  refund-api store recovered --store postgres://refund@db.example/refund");
examples!(
    STATS_EXAMPLES,
    "  refund-api store stats --data /var/lib/refund\n  refund-api store stats --data /var/lib/refund -o json | jq .refunds\n  \
     refund-api store stats --store postgres://refund@db.example/refund"
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
        if let Self::Verify { of: OneStore { data: Some(data), .. }, .. }
        | Self::Stats { of: OneStore { data: Some(data), .. }, .. } = self
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

    fn carry_out(&self, bar: &Bar) -> Result<(String, Outcome), ToolError> {
        let watcher = &bar.watcher();
        let text = match self {
            Self::Verify { of, password, journal_only, scratch } => {
                return Ok(verify(&of.at(password)?, *journal_only, scratch.as_deref(), watcher)?);
            }
            Self::Rebuild { of, password } => match of.at(password)? {
                StoreAt::Folder(data) => report::rebuilt(&care::rebuild(&data, watcher)?),
                StoreAt::Database(address) => of_database::rebuilt(&care::rebuild_database(&address, watcher)?),
            },
            Self::Backup { data, store, password, to } => {
                let backup = back_up(data.as_deref(), store.as_deref(), password, to, watcher)?;
                return Ok((report::backed_up(&backup, to), outcome(backup.evidence.is_damaged())));
            }
            Self::Restore { from, data } => {
                let restored =
                    care::restore(from, data, SECRETS, clock::system_now(), Arc::new(entropy::fill), watcher)?;
                return Ok((report::restored(&restored, data), outcome(restored.is_damaged())));
            }
            Self::Copy { from, to, password } => {
                let (from, to) = (password.place(from)?, password.place(to)?);
                of_database::copied(&care::copy(&from, &to, watcher)?, &from, &to)
            }
            Self::Recovered { store, password } => {
                let address = password.address(store)?;
                care::tell_of_recovery(&address, clock::system_now(), Arc::new(entropy::fill))?;
                of_database::recovered(&address)
            }
            Self::Stats { of, password, output } => stats(&of.at(password)?, *output, watcher)?,
        };
        Ok((text, Outcome::Good))
    }
}

fn verify(
    of: &StoreAt,
    journal_only: bool,
    scratch: Option<&Path>,
    watcher: &Watcher,
) -> Result<(String, Outcome), CareError> {
    let (text, is_damaged) = match of {
        StoreAt::Folder(data) => {
            let scratch = scratch_in(scratch)?;
            let place = Some(scratch.path()).filter(|_| !journal_only);
            let found = care::verify(data, place, watcher)?;
            (report::verified(&found, data), found.is_damaged())
        }
        StoreAt::Database(address) => {
            let found = care::verify_database(address, watcher)?;
            (of_database::verified(&found), found.is_damaged())
        }
    };
    Ok((text, outcome(is_damaged)))
}

fn outcome(is_damaged: bool) -> Outcome {
    if is_damaged { Outcome::Damaged } else { Outcome::Good }
}

fn back_up(
    data: Option<&Path>,
    store: Option<&str>,
    password: &Password,
    to: &Path,
    watcher: &Watcher,
) -> Result<BackedUp, ToolError> {
    let now = clock::system_now();
    Ok(match (store, data) {
        (Some(url), _) => care::back_up_database(&password.address(url)?, to, (data, SECRETS), now, watcher)?,
        // One of the two is there.
        (None, data) => care::back_up(data.unwrap_or(Path::new("")), to, SECRETS, now, watcher)?,
    })
}

fn stats(of: &StoreAt, output: Output, watcher: &Watcher) -> Result<String, CareError> {
    let now = clock::system_now();
    match of {
        StoreAt::Folder(data) => Ok(written(&care::stats(data, now, watcher)?, output, report::stats)),
        StoreAt::Database(address) => {
            Ok(written(&care::stats_of_database(address, now, watcher)?, output, of_database::stats))
        }
    }
}

fn written<S: Serialize>(stats: &S, output: Output, lines: fn(&S) -> String) -> String {
    match output {
        Output::Text => lines(stats),
        // Numbers and names: they are always JSON.
        Output::Json => format!("{}\n", serde_json::to_string_pretty(stats).unwrap_or_default()),
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

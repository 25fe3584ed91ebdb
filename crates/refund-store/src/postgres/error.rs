//! Why a store on PostgreSQL could not be opened, and what its statements' errors mean.

use refund_core::Timestamp;
use tokio_postgres::error::SqlState;

use crate::StoreError;
use crate::surroundings::BEHIND_MAX_MINUTES;

/// Why a store on PostgreSQL could not be opened, made or moved. Nothing that was recorded has been changed.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// The address can't be meant so.
    #[error("the address of the database: {why}")]
    Address {
        /// What is wrong with it, and what to write.
        why: String,
    },
    /// The certificates that vouch for the database could not be read.
    #[error("the certificates for the connection to the database: {why}")]
    Certificates {
        /// Why not.
        why: String,
    },
    /// Nothing could be asked of the database.
    #[error("the database {address} can't be reached: {why}")]
    Unreachable {
        /// Where it should be.
        address: String,
        /// What was said.
        why: String,
    },
    /// The database refused a statement.
    #[error("the database refused what the store asks of it: {why}")]
    Refused {
        /// What it said.
        why: String,
    },
    /// The database has nothing of ours.
    #[error("the database {address} is not a store yet: run `refund-api migrate --store` with the same address")]
    NotMigrated {
        /// Which.
        address: String,
    },
    /// The database has tables of somebody else.
    #[error(
        "the database {address} has tables and is not a store: name an empty database (`CREATE DATABASE refund`), so \
         that nothing of others is touched"
    )]
    NotEmpty {
        /// Which.
        address: String,
    },
    /// The database is a store already.
    #[error(
        "the database {address} holds a store: nothing is ever written over. Name an empty database on which \
         `refund-api migrate` was run"
    )]
    HoldsAStore {
        /// Which.
        address: String,
    },
    /// Servers use the database.
    #[error(
        "servers use the database {address}, on {servers}: stop all of them and run this again. One that was killed counts \
         for ten seconds more"
    )]
    InUse {
        /// Which.
        address: String,
        /// On which machines they are.
        servers: String,
    },
    /// The database is not of the layout that this program works with.
    #[error(
        "the database has layout {found}, and this program works with layout {wanted}: {}",
        if found < wanted { "run `refund-api migrate`" } else { "use a newer program" }
    )]
    Layout {
        /// The layout that it has.
        found: i32,
        /// The layout that this program works with.
        wanted: i32,
    },
    /// Programs that could not read what this one writes may be at work there.
    #[error("the database has format version {found}, and this program writes {written}: run `refund-api migrate`")]
    OlderFormat {
        /// The newest version that may be written there.
        found: i32,
        /// What this program writes.
        written: u8,
    },
    /// What is written there may be newer than this program can read.
    #[error(
        "what is written in the database has format version {found}, and this program reads up to {known}: use a newer program"
    )]
    NewerFormat {
        /// The version that may be written there.
        found: i32,
        /// Up to which this program reads.
        known: u8,
    },
    /// The database keeps text in an encoding that can't hold every name.
    #[error("the database keeps text as {found}: make it with `ENCODING 'UTF8' TEMPLATE template0`")]
    Encoding {
        /// Which encoding it has.
        found: String,
    },
    /// The server is older than what the statements need.
    #[error("the database is PostgreSQL {found}: version 15 or later is needed")]
    TooOld {
        /// Its version.
        found: String,
    },
    /// Something between the servers and the database keeps what they set for their sessions to itself.
    #[error(
        "what a session sets is not kept there: a pooler such as PgBouncer stands before the database. Name PostgreSQL \
         itself; a server has its own few connections"
    )]
    Pooled,
    /// A copy of a store into it is not complete.
    #[error(
        "a copy of a store into the database was cut off: run `refund-api store copy` again with the same `--from` and \
         `--to`, and it goes on where it stopped"
    )]
    HalfCopied,
    /// Servers with different secrets would not know each other's links, places and sessions.
    #[error(
        "the servers of this store have another secret: copy their `server.secret` into this server's folder, or name \
         it with `--secret-file`, so that links, places and sign-ins of one are good at all"
    )]
    OtherSecret,
    /// Some servers would let time go by, and some not.
    #[error("the servers of this store {}: start this one so too", if *test_clock { "have a test clock" } else { "let time go by" })]
    OtherClock {
        /// What the others do.
        test_clock: bool,
    },
    /// R35: the database's clock is too far behind.
    #[error(
        "the database's clock says {clock}, and {latest} has been recorded: set that machine's clock right, it is more \
         than {BEHIND_MAX_MINUTES} minutes behind (R35)"
    )]
    ClockBehind {
        /// What the clock says.
        clock: Timestamp,
        /// The latest instant recorded.
        latest: Timestamp,
    },
    /// Something of what was recorded can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Threads could not be started.
    #[error("the store's threads can't be started: {0}")]
    Threads(std::io::Error),
}

impl From<tokio_postgres::Error> for PostgresError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Refused { why: said(&error) }
    }
}

impl From<crate::codec::CodecError> for PostgresError {
    fn from(error: crate::codec::CodecError) -> Self {
        Self::Store(error.into())
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let why = said(&error);
        match Failure::of(&error) {
            Failure::Connection | Failure::Passing | Failure::Scarcity => Self::Away(why),
            Failure::Refusal | Failure::Constraint => Self::Unreadable(why),
        }
    }
}

/// What the database said, in one line.
pub(super) fn said(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) if said.message().starts_with("unsupported startup parameter") => {
            format!("{} (a pooler such as PgBouncer? name PostgreSQL itself)", said.message())
        }
        (Some(said), _) => format!("{}: {}", said.severity(), said.message()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

/// What became of a turn that could not be brought to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The connection is no good any more, or leads to where nothing can be written: another is made.
    Connection,
    /// The same may succeed when it is tried again.
    Passing,
    /// It lacks room for it: on its disk, or among its connections.
    Scarcity,
    /// The database refused it, and will again.
    Refusal,
    /// What was written breaks a constraint, which the rules should have seen.
    Constraint,
}

impl Failure {
    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        let Some(code) = error.code() else { return Self::Connection };
        let is_one_of = |codes: &[SqlState]| codes.contains(code);
        if is_one_of(&[
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
        ]) {
            return Self::Passing;
        }
        // A standby, a server that is being stopped or started, a session that was ended because it was silent.
        let class = code.code().get(..2).unwrap_or_default();
        let ended = [SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT];
        match class {
            "08" | "57" => Self::Connection,
            "23" => Self::Constraint,
            "53" => Self::Scarcity,
            _ if is_one_of(&ended) => Self::Connection,
            _ => Self::Refusal,
        }
    }
}

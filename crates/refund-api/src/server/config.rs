//! How the server is started, and why it may not start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use refund_core::{Label, Timestamp};
use refund_store::{Clock, OpenError, PostgresError};

use super::cors::Origin;
use crate::callers::Limits;
use crate::evidence::EvidencePlace;
use crate::machine::clock;
use crate::mail::{InvalidMailSettings, MailSettings};
use crate::outgoing::Reach;

/// Where everything is kept, if that is not the data folder.
#[derive(Debug, Clone, Default, Args)]
pub struct Place {
    /// Keep everything in this PostgreSQL, with any number of servers, and not in the folder.
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// The file with the password of the database's user.
    #[arg(long, value_name = "FILE", requires = "store")]
    pub store_password_file: Option<PathBuf>,
    /// The file with the secret that all servers of the store have, if it is not in the folder.
    #[arg(long, value_name = "FILE", requires = "store")]
    pub secret_file: Option<PathBuf>,
    /// Keep evidence in this folder, which all servers of the store have, or in a bucket (s3://BUCKET/FOLDER), and not in
    /// the data folder. How a bucket is reached stands in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    /// AWS_REGION, and AWS_ENDPOINT_URL where it is not Amazon's.
    #[arg(long, value_name = "PLACE")]
    pub evidence: Option<EvidencePlace>,
}

/// How the server is started.
#[derive(Clone)]
pub struct Config {
    /// Everything is kept under this folder, or what is this server's own.
    pub data: PathBuf,
    /// Where everything is kept, if not there.
    pub place: Place,
    /// Where it listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How others reach it, where that is not where it listens.
    pub public_url: Option<String>,
    /// Whether it may listen beyond loopback without TLS.
    pub insecure: bool,
    /// What the time is: the machine's clock, or one that stands still until it is advanced.
    pub clock: Clock,
    /// Where a test clock stands while nothing has been recorded yet; else in 1970.
    pub begins_at: Option<Timestamp>,
    /// Whether nothing that is due happens, so that an operator can extend it first (R36).
    pub hold_settling: bool,
    /// Whom of the operator's people a link is made for by which they sign in once, whatever their password is.
    pub sign_in_link: Option<Label>,
    /// How much it takes at once, and of whom.
    pub limits: Limits,
    /// How far webhooks are sent.
    pub reach: Reach,
    /// By which mail server notices are mailed, if any.
    pub mail: MailSettings,
    /// From where pages of others may call.
    pub cors_origins: Vec<Origin>,
}

impl Config {
    /// A server that keeps its data in that folder and listens there, all else as usual, for callers
    /// who need no limits.
    #[must_use]
    pub fn new(data: PathBuf, listen: SocketAddr) -> Self {
        let clock = Clock::Shared(Arc::new(clock::system_now));
        let limits = Limits::without_rates();
        Self {
            data,
            place: Place::default(),
            listen,
            public_url: None,
            insecure: false,
            clock,
            begins_at: None,
            hold_settling: false,
            sign_in_link: None,
            limits,
            reach: Reach::Public,
            mail: MailSettings::default(),
            cors_origins: Vec::new(),
        }
    }
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Plain HTTP beyond loopback.
    #[error(
        "{0} is not a loopback address, and the server speaks plain HTTP; \
         put a proxy that does TLS before it, or pass --insecure if that is what you want"
    )]
    NotLoopback(SocketAddr),
    /// What others are to reach the server by is no address.
    #[error("{0:?} is no address that begins with http:// or https://")]
    NotAUrl(String),
    /// Others are to reach the server without TLS.
    #[error(
        "{0}: links and passwords would go over the net as plain text; give an address that begins with https://, \
         or pass --insecure if that is what you want"
    )]
    PlainUrl(String),
    /// The address is taken, or can't be had.
    #[error("can't listen on {address}: {error}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why it can't.
        error: std::io::Error,
    },
    /// The data folder can't be used.
    #[error("the data folder {}: {error}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file that was named can't be used.
    #[error("{}: {error}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The place for evidence can't be used.
    #[error("evidence can't be kept in {place}: {what}")]
    Evidence {
        /// Which.
        place: EvidencePlace,
        /// Why.
        what: String,
    },
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The store in the database does not open.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// No mail can be sent as it is said.
    #[error(transparent)]
    Mail(#[from] InvalidMailSettings),
    /// Where everything is to be kept is nothing that we know. It may hold a password, and is not said again.
    #[error(
        "--store takes the address of a PostgreSQL, postgres://USER@HOST/DATABASE; without it everything is kept in the folder"
    )]
    NotAStore,
    /// Nobody of the operator's people is called that and may sign in.
    #[error(
        "nobody of the operator's people who may sign in is called {0:?}; who they are stands on their \
        page \"People\", and the first is called \"operator\""
    )]
    NoSuchOperator(String),
    /// Nobody of the operator's people is set up yet.
    #[error(
        "nobody of the operator's people is set up yet, so that there is no {0:?}: start without --sign-in-link and \
        open the link that is printed then. It is for the first, who is called \"operator\" and sets the others up"
    )]
    NoOperatorYet(String),
    /// The first key could not be made, or the demo not set up.
    #[error("setting up: {0}")]
    SetUp(String),
    /// The folder holds something else than a demo.
    #[error("{} holds data that no demo made; give the demo a folder of its own", .0.display())]
    NotADemo(PathBuf),
}

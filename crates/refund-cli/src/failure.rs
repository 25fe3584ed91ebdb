//! What ends a command before its end, and the exit code that says so to a script.

use serde::Deserialize;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments, the profile or the environment are not enough, or too much.
    Usage(String),
    /// Something on this machine does not work.
    Broken(String),
    /// There was no answer, and nothing was changed.
    Unreachable { url: String, detail: String },
    /// Something answered that is not a refund server.
    Foreign { url: String, detail: String },
    /// The server said no, and why.
    Problem(Box<Problem>),
    /// A command was sent and its answer did not come back.
    Unknown { detail: String, repeat: String },
    /// Part of a batch was done.
    Partly(String),
    /// Whoever reads the output has gone, as `head` does.
    ReaderGone,
}

/// A problem as the server tells it (RFC 9457).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    pub(crate) page: String,
    pub(crate) title: String,
    pub(crate) status: u16,
    pub(crate) detail: String,
    pub(crate) code: String,
    pub(crate) rule: Option<String>,
    pub(crate) possible_at: Option<String>,
    pub(crate) remedy: Option<String>,
    pub(crate) errors: Vec<Pointed>,
    pub(crate) allowed: Vec<String>,
    pub(crate) refund_id: Option<String>,
    pub(crate) request_id: String,
    pub(crate) refund: Option<Standing>,
    /// In how many seconds to come again, where the server says so.
    #[serde(skip)]
    pub(crate) retry_after: Option<u64>,
}

/// What is wrong at one place of a body.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pointed {
    pub(crate) pointer: String,
    pub(crate) detail: String,
}

/// Where a refund stands that a command was refused on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Standing {
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) status: String,
}

/// Every exit code with its meaning, as `--help` and the man page list them.
pub(crate) const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done"),
    (1, "failed: no connection, no refund server, a fault, or a ping that was lost"),
    (2, "not understood: arguments, profile, or malformed input"),
    (3, "refused by a rule; nothing was changed"),
    (4, "not allowed, or not there"),
    (5, "busy: nothing was done, try again later"),
    (6, "unknown whether it was carried out; the message says what to do"),
    (7, "partly done: some lines of a file failed"),
    (130, "interrupted"),
];

impl Failure {
    /// The code that the process ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::ReaderGone => 0,
            Self::Broken(_) | Self::Unreachable { .. } | Self::Foreign { .. } => 1,
            Self::Usage(_) => 2,
            Self::Problem(problem) => problem.exit_code(),
            Self::Unknown { .. } => 6,
            Self::Partly(_) => 7,
        }
    }
}

impl Problem {
    fn exit_code(&self) -> u8 {
        match self.status {
            409 | 412 | 422 => 3,
            401 | 403 | 404 => 4,
            429 | 503 => 5,
            500.. => 1,
            _ => 2,
        }
    }

    /// In one line: what it is called, why, and at which places.
    pub(crate) fn in_one_line(&self) -> String {
        let places: Vec<String> = self.errors.iter().map(Pointed::in_words).collect();
        if places.is_empty() { self.detail.clone() } else { places.join("; ") }
    }
}

impl Pointed {
    /// Which field, and what is wrong with it. Where in the body's text it stood says nothing to
    /// somebody who typed words.
    pub(crate) fn in_words(&self) -> String {
        let place = if self.pointer.is_empty() { "the body" } else { &self.pointer };
        let detail = self.detail.split(" at line 1 column ").next().unwrap_or_default();
        format!("{place}: {detail}")
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::Broken(error.to_string()) }
    }
}

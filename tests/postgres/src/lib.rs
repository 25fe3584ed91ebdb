//! A PostgreSQL of a test's own: it starts in a moment, makes databases in less, and is gone when the test's process
//! is, however that ends. One that runs on the machine already is never touched.
//!
//! ```no_run
//! use refund_test_postgres::{Server, Version};
//!
//! let server = Server::shared(Version::Debian)?;
//! let database = server.database()?;
//! assert_eq!(server.psql(&database, "SELECT 1")?, "1");
//! # Ok::<(), String>(())
//! ```

mod folder;
mod port;
mod programs;
mod proxy;
mod run;
mod template;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use folder::{Folder, fastest};
pub use programs::Version;
use programs::{output, program};
pub use proxy::{Proxy, Way};
use run::{Order, Run};

/// For databases that nobody misses when the machine stops. The many connections are those of a program's tests, which
/// run side by side.
const FOR_TESTS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "32MB"),
    ("max_connections", "400"),
];

/// A running PostgreSQL, or one that was stopped and may run again. It is stopped when it is dropped, and nothing is
/// left of it; so it is when the process ends, be it killed.
///
/// It listens on loopback, where only the owner of the databases is let in, who is no superuser, and on a socket in
/// its folder, which is open to nobody else.
#[derive(Debug)]
pub struct Server {
    // The order in which they are dropped: the folder goes when nothing runs in it.
    run: Option<Run>,
    folder: Folder,
    programs: PathBuf,
    port: u16,
}

impl Server {
    /// The one that all tests of a process share, started by the first call. What it has committed does not survive
    /// the machine.
    ///
    /// # Errors
    /// What it lacks, or what PostgreSQL said instead of starting.
    pub fn shared(version: Version) -> Result<&'static Self, String> {
        static DEBIAN: OnceLock<Result<Server, String>> = OnceLock::new();
        static NEWEST: OnceLock<Result<Server, String>> = OnceLock::new();
        let shared = match version {
            Version::Debian => &DEBIAN,
            Version::Newest => &NEWEST,
        };
        shared.get_or_init(|| Self::start(version, FOR_TESTS)).as_ref().map_err(Clone::clone)
    }

    /// Starts one with these settings (of `postgresql.conf`) and else PostgreSQL's own, which lose nothing. With `fsync`
    /// `off` nothing has to reach a disk, and it lives in memory where that has room.
    ///
    /// # Errors
    /// What it lacks, or what PostgreSQL said instead of starting.
    pub fn start(version: Version, settings: &[(&str, &str)]) -> Result<Self, String> {
        let programs = version.programs()?;
        let within = if settings.contains(&("fsync", "off")) { fastest() } else { std::env::temp_dir() };
        let folder = Folder::new(&within)?;
        template::copy_to(&folder, version, &programs)?;
        folder.set(settings)?;
        Self::on_a_free_port(folder, programs)
    }

    /// Whoever was faster to take a port that seemed free has it, and the next one is tried.
    fn on_a_free_port(folder: Folder, programs: PathBuf) -> Result<Self, String> {
        for port in port::free() {
            match Run::start(&folder, &programs, port) {
                Ok(run) => return Ok(Self { run: Some(run), folder, programs, port }),
                Err(why) if why.contains("Address already in use") => {}
                Err(why) => return Err(why),
            }
        }
        Err(format!("no port of {:?} is free on 127.0.0.1", port::RANGE))
    }

    /// Makes an empty database and gives its URL. It is UTF-8, and belongs to the one whom the URL names.
    ///
    /// # Errors
    /// Why PostgreSQL made none.
    pub fn database(&self) -> Result<String, String> {
        static MADE: AtomicU32 = AtomicU32::new(1);
        let (owner, name) = (template::OWNER, format!("test_{}", MADE.fetch_add(1, Ordering::Relaxed)));
        // Files are copied in half the time in which pages are logged.
        self.psql("postgres", &format!("CREATE DATABASE {name} OWNER {owner} TEMPLATE template0 STRATEGY file_copy"))?;
        Ok(format!("postgres://{owner}@127.0.0.1:{}/{name}", self.port))
    }

    /// Carries out statements through `psql` and gives what they answer: a line for each row, `|` between columns.
    /// In a database that is given by its name it is done as the superuser, by its URL as whom that names.
    ///
    /// # Errors
    /// What PostgreSQL said instead.
    pub fn psql(&self, database: &str, statements: &str) -> Result<String, String> {
        let mut psql = program(&self.programs.join("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statements]);
        psql.args(["-U", "postgres", "-p", &self.port.to_string(), "-h"])
            .arg(self.folder.path())
            .args(["-d", database]);
        output(&mut psql)
    }

    /// The port on 127.0.0.1, the same after a restart.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it lives: its `data`, its `log`, its socket.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends it as a power cut does: all its processes at once, whatever they are about.
    ///
    /// # Errors
    /// It could not be told to.
    pub fn kill(&mut self) -> Result<(), String> {
        self.end(Order::Kill)
    }

    /// Stops it in order; connections are cut.
    ///
    /// # Errors
    /// It could not be told to.
    pub fn stop(&mut self) -> Result<(), String> {
        self.end(Order::Stop)
    }

    /// Starts it again on its port, from where it was stopped or killed; stops it before if it runs.
    ///
    /// # Errors
    /// What PostgreSQL said instead of starting.
    pub fn restart(&mut self) -> Result<(), String> {
        self.stop()?;
        self.run = Some(Run::start(&self.folder, &self.programs, self.port)?);
        Ok(())
    }

    fn end(&mut self, order: Order) -> Result<(), String> {
        self.run.take().map_or(Ok(()), |run| run.end(order))
    }

    /// Starts a copy that follows it, with the same settings but for `synchronous_standby_names`: a copy of its own it
    /// has none. Its name there is `walreceiver`, as that of all.
    ///
    /// # Errors
    /// Why it could not be copied, or the copy not started.
    pub fn standby(&self) -> Result<Self, String> {
        let within = self.folder.path().parent().unwrap_or(Path::new("/"));
        let folder = Folder::new(within)?;
        let mut copy = folder.command(&self.programs.join("pg_basebackup"))?;
        copy.args(["-R", "-N", "-c", "fast", "-U", "postgres", "-p", &self.port.to_string()]);
        output(copy.arg("-h").arg(self.folder.path()).arg("-D").arg(folder.data()))?;
        folder.set(&[("synchronous_standby_names", "")])?;
        Self::on_a_free_port(folder, self.programs.clone())
    }

    /// Makes a standby the one that is written to, from now on.
    ///
    /// # Errors
    /// It is none, or was not promoted within a minute.
    pub fn promote(&self) -> Result<(), String> {
        let promoted = self.psql("postgres", "SELECT pg_promote(true, 60)")?;
        if promoted == "t" { Ok(()) } else { Err("the standby was not promoted within a minute".to_owned()) }
    }
}

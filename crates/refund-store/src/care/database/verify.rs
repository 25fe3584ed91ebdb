//! Whether what is stored in a database can be true.

use super::super::compare::Difference;
use super::super::laws::{RecordPlace, Violation};
use super::super::review::Contents;
use super::super::{CareError, Findings, Watcher};
use super::replaying::Replaying;
use crate::PostgresAddress;
use crate::postgres::{Database, Differing, Moment, differences, make_shadows};

/// What was found in a store in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedDatabase {
    /// How much there is, up to what is damaged or senseless if anything is.
    pub contents: Contents,
    /// How many refunds there are.
    pub refunds: u64,
    /// The first record that is not what it was, if there is one, and what does not match. Nothing behind it was checked.
    pub damaged: Option<(u64, &'static str)>,
    /// The first record that can't be understood, if there is one, and why. Nothing behind it was checked.
    pub senseless: Option<(RecordPlace, String)>,
    /// Which laws are broken.
    pub violations: Findings<Violation>,
    /// What became of comparing the tables that follow from the records.
    pub tables: TablesFound,
}

/// What became of comparing tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TablesFound {
    /// They were not compared, and why.
    NotCompared(&'static str),
    /// Where they differ from what the records make.
    Compared(Findings<Difference>),
}

impl VerifiedDatabase {
    /// Whether something that was stored is not what it was, or can't be true.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        let tables = match &self.tables {
            TablesFound::NotCompared(_) => false,
            TablesFound::Compared(differences) => differences.count > 0,
        };
        self.damaged.is_some() || self.senseless.is_some() || tables || self.violations.count > 0
    }
}

/// Checks the store in a database: every record against its digest and the chain, that each can be understood, that the
/// laws hold, and that every row of the other tables is what the records make. It is all of one moment, so servers may
/// run meanwhile. What the records make is put into tables that nobody else sees and that go when this ends: the database
/// needs space for them, and its role the right to make temporary tables. Not for use within an asynchronous task.
///
/// # Errors
/// [`CareError`] where it can't be looked at. What is wrong with it is no error but in the answer.
pub fn verify_database(address: &PostgresAddress, watcher: &Watcher) -> Result<VerifiedDatabase, CareError> {
    let database = Database::open(address)?;
    database.must_be_complete()?;
    database.begin(Moment::Beside)?;
    make_shadows(&database)?;
    let mut replaying = Replaying::begin();
    let (mut damaged, mut senseless) = (None, None);
    match replaying.all(&database, watcher) {
        Ok(()) => {}
        Err(CareError::LogDamaged { record, what }) => damaged = Some((record, what)),
        Err(CareError::Record { at, what }) => senseless = Some((at, what)),
        Err(error) => return Err(error),
    }
    let tables = if damaged.is_some() || senseless.is_some() {
        TablesFound::NotCompared("the records have to be whole first")
    } else {
        compare(&database, &replaying, watcher)?
    };
    let Replaying { review, refunds, .. } = replaying;
    let (contents, violations) = (review.contents, review.violations);
    Ok(VerifiedDatabase { contents, refunds, damaged, senseless, violations, tables })
}

fn compare(database: &Database, replaying: &Replaying, watcher: &Watcher) -> Result<TablesFound, CareError> {
    let mut found = Findings::default();
    differences(
        database,
        replaying.making.latest,
        |Differing { row, how }| found.add(Difference { of: row, how: how.to_owned() }),
        |table, of| watcher.counted("comparing the tables", table, of),
    )?;
    Ok(TablesFound::Compared(found))
}

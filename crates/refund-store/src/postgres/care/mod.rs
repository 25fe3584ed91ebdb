//! What the store's tools need of a database: its log, read and checked; tables, made of records and compared.
//!
//! All of it waits on the thread that asks, and is not for use within an asynchronous task.

mod comparing;
mod counting;
mod database;
mod filling;
mod log;
mod making;
mod shadows;
mod sql;

pub(crate) use self::comparing::{Differing, differences};
pub(crate) use self::counting::About;
pub(crate) use self::database::{Database, Moment};
pub(crate) use self::filling::Filling;
pub(crate) use self::log::{Ends, Log, LogError, Read};
pub(crate) use self::making::{Making, Step};
pub(crate) use self::shadows::make_shadows;

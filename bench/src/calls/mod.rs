//! Calls over HTTP, for whatever measures a server: a connection with as little as possible around
//! it, what goes over it, and what a server needs before.

mod connection;
mod desk;
mod keys;
mod talk;

pub use self::connection::{Connection, request};
pub use self::desk::{Readable, fill, keys, read};
pub use self::keys::{Keys, seller_id};
pub use self::talk::{Commands, Reads, Talk};

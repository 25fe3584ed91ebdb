//! Where a store is, as an operator names it.

use std::path::PathBuf;

use clap::Args;
use refund_store::PostgresAddress;
use refund_store::care::{CareError, StoreAt};

use crate::server::{StartError, address};

/// A store in a folder, or one in a database.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct OneStore {
    /// The server's data folder, or a backup.
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// The database that servers share, as postgres://USER@HOST/DATABASE.
    #[arg(long, value_name = "URL")]
    pub(super) store: Option<String>,
}

/// How databases let the tool in.
#[derive(Debug, Clone, Args)]
pub struct Password {
    /// The file with the password of the database's user.
    #[arg(long, value_name = "FILE")]
    store_password_file: Option<PathBuf>,
}

/// Why a tool can't do what it is for.
#[derive(Debug, thiserror::Error)]
pub(super) enum ToolError {
    /// Where the store is can't be told.
    #[error(transparent)]
    Place(#[from] StartError),
    /// What is there does not let it.
    #[error(transparent)]
    Care(#[from] CareError),
}

impl ToolError {
    /// Whether something that was stored is damaged, missing or can't be true.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Place(_) => false,
            Self::Care(error) => error.is_damage(),
        }
    }
}

impl OneStore {
    /// Where it is.
    pub(super) fn at(&self, password: &Password) -> Result<StoreAt, StartError> {
        match (&self.data, &self.store) {
            (_, Some(url)) => Ok(StoreAt::Database(Box::new(password.address(url)?))),
            // One of the two is there.
            (data, None) => Ok(StoreAt::Folder(data.clone().unwrap_or_default())),
        }
    }
}

impl Password {
    /// What is written as a folder or as the address of a database.
    pub(super) fn place(&self, place: &str) -> Result<StoreAt, StartError> {
        if PostgresAddress::is_meant(place) {
            return Ok(StoreAt::Database(Box::new(self.address(place)?)));
        }
        Ok(StoreAt::Folder(place.into()))
    }

    /// The database at that address.
    pub(super) fn address(&self, url: &str) -> Result<PostgresAddress, StartError> {
        address(url, self.store_password_file.as_deref())
    }
}

//! Where a store is, as an operator names it.

use std::path::{Path, PathBuf};

use clap::Args;
use refund_store::care::{CareError, StoreAt};
use refund_store::{PostgresAddress, PostgresError};

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

impl OneStore {
    /// Where it is.
    pub(super) fn at(&self, password: &Password) -> Result<StoreAt, CareError> {
        match (&self.data, &self.store) {
            (_, Some(url)) => Ok(StoreAt::Database(Box::new(password.address(url)?))),
            // One of the two is there.
            (data, None) => Ok(StoreAt::Folder(data.clone().unwrap_or_default())),
        }
    }
}

impl Password {
    /// What is written as a folder or as the address of a database.
    pub(super) fn place(&self, place: &str) -> Result<StoreAt, CareError> {
        if PostgresAddress::is_meant(place) {
            return Ok(StoreAt::Database(Box::new(self.address(place)?)));
        }
        Ok(StoreAt::Folder(place.into()))
    }

    /// The database at that address.
    pub(super) fn address(&self, url: &str) -> Result<PostgresAddress, CareError> {
        if !PostgresAddress::is_meant(url) {
            // What is there may hold a password, and is not said again.
            let why = "it is none of a PostgreSQL: write postgres://USER@HOST/DATABASE".to_owned();
            return Err(PostgresError::Address { why }.into());
        }
        let password = self.store_password_file.as_deref().map(read).transpose()?;
        Ok(PostgresAddress::parse(url, password.as_deref())?)
    }
}

/// What stands in a file with a password, which an editor ends with a line's end.
fn read(file: &Path) -> Result<String, CareError> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|source| CareError::File { doing: "read", path: file.to_owned(), source })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

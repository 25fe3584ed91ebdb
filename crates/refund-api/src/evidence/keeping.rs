//! What keeps files: a folder or a bucket, by one interface.

use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::{Path as Place, PathPart};
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectMeta, ObjectStore, ObjectStoreExt};

use super::bucket;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// Keeps files under names.
pub(crate) struct Keeping(Arc<dyn ObjectStore>);

impl Keeping {
    /// In that folder, which is there. What is kept is on the disk; a folder in which nothing is left goes too.
    ///
    /// # Errors
    /// Where the folder can't be had.
    pub(crate) fn in_folder(folder: &Path) -> Result<Self, Error> {
        let files = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self(Arc::new(files)))
    }

    /// In a bucket, under names that begin so; it may be away at the moment.
    ///
    /// # Errors
    /// Where it can't be told how the bucket is reached.
    pub(crate) fn in_bucket(name: &str, folder: &str) -> Result<Self, Error> {
        Ok(Self(Arc::new(PrefixStore::new(bucket::open(name)?, folder))))
    }

    /// Keeps a file, whole or not at all; where it is there already it is written anew.
    pub(super) async fn keep(&self, place: &[String], bytes: Bytes) -> Result<(), Problem> {
        let kept = self.0.put(&at(place), bytes.into()).await;
        kept.map(drop).map_err(|error| away(&error))
    }

    /// What is kept there, as it is read.
    pub(super) async fn open(&self, place: &[String]) -> Result<Option<Body>, Problem> {
        match self.0.get(&at(place)).await {
            Ok(found) => Ok(Some(Body::from_stream(found.into_stream()))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(away(&error)),
        }
    }

    /// What is kept there as a whole: for what is short.
    pub(super) async fn read(&self, place: &[String]) -> Result<Option<Bytes>, Problem> {
        let found = match self.0.get(&at(place)).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(away(&error)),
        }
    }

    /// Keeps the same at another place too.
    pub(super) async fn copy(&self, from: &[String], to: &[String]) -> Result<(), Problem> {
        self.0.copy(&at(from), &at(to)).await.map_err(|error| away(&error))
    }

    /// Destroys all below that place which is older.
    pub(super) async fn erase_older(&self, place: &str, than: DateTime<Utc>) -> Result<(), Problem> {
        self.erase_all(place, |kept| kept.last_modified < than).await
    }

    /// Destroys all below that place whose names begin so.
    pub(super) async fn erase_named(&self, place: &str, name: &str) -> Result<(), Problem> {
        self.erase_all(place, |kept| kept.location.filename().is_some_and(|own| own.starts_with(name))).await
    }

    async fn erase_all(&self, place: &str, goes: impl Fn(&ObjectMeta) -> bool) -> Result<(), Problem> {
        let all: Vec<_> = self.0.list(Some(&Place::from(place))).try_collect().await.map_err(|error| away(&error))?;
        for kept in all.iter().filter(|kept| goes(kept)) {
            self.erase_at(&kept.location).await?;
        }
        Ok(())
    }

    /// Destroys what is kept there.
    pub(super) async fn erase(&self, place: &[String]) -> Result<(), Problem> {
        self.erase_at(&at(place)).await
    }

    async fn erase_at(&self, place: &Place) -> Result<(), Problem> {
        match self.0.delete(place).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(away(&error)),
        }
    }
}

fn at(place: &[String]) -> Place {
    Place::from_iter(place.iter().map(|part| PathPart::from(part.as_str())))
}

fn away(error: &Error) -> Problem {
    tracing::error!(%error, "where evidence is kept can't be reached");
    Problem::new(ApiCode::FilesAway, "files can't be kept or read at the moment")
}

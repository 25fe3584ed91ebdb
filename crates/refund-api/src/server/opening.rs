//! Opening the store: in the data folder, or in a database that several servers share.

use std::path::Path;
use std::sync::Arc;

use refund_store::care::{EVIDENCE, is_evidence_here, keep_evidence_here};
use refund_store::files::disk::{Disk, own_folder};
use refund_store::files::passage::Behind;
use refund_store::{
    Deliveries, EmbeddedDeliveries, EmbeddedStore, OpenError, PostgresAddress, PostgresStore, Store, Surroundings,
    journal,
};

use super::config::{Place, StartError};
use crate::evidence::{Evidence, EvidencePlace, Keeping};
use crate::metrics::{Metrics, TimedSyncs};
use crate::secrets;

pub(super) struct Opened {
    pub(super) store: Arc<dyn Store>,
    /// The book of what sends webhooks.
    pub(super) deliveries: Arc<dyn Deliveries>,
    /// What links, cursors and marks are made of.
    pub(super) secret: [u8; 32],
}

/// Opens the store where it is said to be; `data` is this server's own folder.
pub(super) fn open(
    place: &Place,
    data: &Path,
    surroundings: Surroundings,
    metrics: &mut Metrics,
) -> Result<Opened, StartError> {
    match &place.store {
        None => embedded(data, surroundings, metrics),
        Some(url) => {
            let address = address(url, place.store_password_file.as_deref())?;
            shared(&address, place.secret_file.as_deref(), data, surroundings, metrics)
        }
    }
}

/// What keeps evidence: a folder in the data folder, unless another place is named. Servers that share a store have to
/// name one that they share too.
pub(super) fn evidence(place: &Place, data: &Path) -> Result<Evidence, StartError> {
    let own = data.join(EVIDENCE);
    let default = place.store.is_none().then(|| EvidencePlace::Folder(own.clone()));
    let is_gone = is_evidence_here(data) && !own.exists();
    let place = place.evidence.clone().or(default);
    let is_here = place == Some(EvidencePlace::Folder(own));
    keep_evidence_here(data, is_here).map_err(|error| StartError::SetUp(error.to_string()))?;
    if is_here && is_gone {
        tracing::error!("the folder `evidence` is gone: bring it back from a backup");
    }
    let Some(place) = place else {
        tracing::warn!("no files are taken or given out: servers that share a store need --evidence");
        return Ok(Evidence::nowhere());
    };
    let refused = |what: String| StartError::Evidence { place: place.clone(), what };
    let keeping = match &place {
        EvidencePlace::Folder(folder) => {
            own_folder(folder).map_err(|error| refused(error.to_string()))?;
            Keeping::in_folder(folder)
        }
        EvidencePlace::Bucket { name, folder } => Keeping::in_bucket(name, folder),
    };
    Ok(Evidence::new(keeping.map_err(|error| refused(error.to_string()))?, data.to_owned()))
}

/// The store in a folder that is this process's alone, on a disk whose syncs are measured.
fn embedded(data: &Path, surroundings: Surroundings, metrics: &mut Metrics) -> Result<Opened, StartError> {
    let disk = Disk::open(data).map_err(OpenError::from)?;
    let files = Behind { inner: disk, passage: TimedSyncs(metrics.syncs()) };
    let opened = EmbeddedStore::open_on(&files, data, surroundings)?;
    if let Some(torn) = opened.torn {
        tracing::warn!(at = torn.at, bytes = torn.bytes, "cut off what a crash had left of an unfinished write");
    }
    tracing::info!(replayed = opened.replayed, rebuilt = opened.rebuilt, "the store is open");
    let secret = secrets::server_secret(data).map_err(|error| in_folder(data, error))?;
    let deliveries = EmbeddedDeliveries::open(data).map_err(|error| StartError::SetUp(error.to_string()))?;
    if let Err(error) = deliveries.count(&opened.store) {
        tracing::error!(%error, "the delivery book could not be counted: remove the folder `deliveries`");
    }
    Ok(Opened { store: Arc::new(opened.store), deliveries: Arc::new(deliveries), secret })
}

/// The store in a database, for servers that have the same secret.
fn shared(
    address: &PostgresAddress,
    secret_file: Option<&Path>,
    data: &Path,
    surroundings: Surroundings,
    metrics: &mut Metrics,
) -> Result<Opened, StartError> {
    own_folder(data).map_err(OpenError::from)?;
    if data.join(journal::FILE).exists() {
        tracing::warn!(folder = %data.display(), "the journal in the folder is not used: everything is in the database");
    }
    let secret = match secret_file {
        Some(file) => secrets::secret_in(file).map_err(|error| in_file(file, error))?,
        None => secrets::server_secret(data).map_err(|error| in_folder(data, error))?,
    };
    // What others may know of it: that servers have the same.
    let print = secrets::key(&secret, b"print");
    let store = PostgresStore::open(address, Some(&print), surroundings)?;
    store.on_turns(metrics.turns());
    tracing::info!(database = address.shown(), "the store is open");
    let deliveries = store.deliveries();
    Ok(Opened { store: Arc::new(store), deliveries: Arc::new(deliveries), secret })
}

/// The database of that URL, with the password in that file.
pub(crate) fn address(url: &str, password_file: Option<&Path>) -> Result<PostgresAddress, StartError> {
    if !PostgresAddress::is_meant(url) {
        return Err(StartError::NotAStore);
    }
    let read = |file| secrets::read(file).map_err(|error| in_file(file, error));
    let password = password_file.map(read).transpose()?;
    Ok(PostgresAddress::parse(url, password.as_deref())?)
}

fn in_folder(folder: &Path, error: std::io::Error) -> StartError {
    StartError::Folder { folder: folder.to_owned(), error }
}

fn in_file(file: &Path, error: std::io::Error) -> StartError {
    StartError::File { file: file.to_owned(), error }
}

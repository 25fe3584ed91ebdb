//! The first operator's key.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use refund_core::{Actor, Label, Role, Via};
use refund_store::{Key, KeyRole, KeyScope, Precondition, Refused, Request, SetUp, Store};

use super::config::StartError;
use crate::callers::hash;
use crate::machine::entropy;
use crate::secrets;

/// Without a valid operator's key nobody can make any other: then one is made. It is written to a
/// file before it is made valid: a crash in between leaves a file whose key the next start makes valid.
///
/// Of several servers that start on one store, one makes it: the door gives it out beside those keys alone that were
/// looked at here, and whoever was too late has none.
pub(super) async fn first_key(store: &dyn Store, data: &Path) -> Result<Option<PathBuf>, StartError> {
    let setting_up = |error: String| StartError::SetUp(error);
    let name = Label::new("first operator").map_err(|error| setting_up(error.to_string()))?;
    let path = data.join(secrets::OPERATOR_KEY);
    let folder_error = |error| StartError::Folder { folder: data.to_owned(), error };
    let mut too_late: Option<String> = None;
    loop {
        let settings = store.settings();
        let keys = settings.keys();
        let makes_others = |key: &Key| {
            let is_valid = key.revoked_at.is_none() && !key.has_expired(store.now());
            is_valid && key.role == KeyRole::Operator && key.scope == KeyScope::Full
        };
        if keys.iter().any(|key| makes_others(key)) {
            if too_late.is_some_and(|secret| !is_known(&keys, &secret)) {
                gone(&path).map_err(folder_error)?;
            }
            return Ok(None);
        }
        let mut secret = secrets::kept(&path, entropy::key).map_err(folder_error)?;
        if is_known(&keys, &secret) || !secret.starts_with(entropy::KEY_PREFIX) || secret.len() < KEY_LEN_MIN {
            // A key that was revoked, or a file that was emptied.
            secret = entropy::key();
            secrets::write(&path, &secret).map_err(folder_error)?;
        }
        let tag = settings.keys_tag().map_err(|error| setting_up(error.to_string()))?;
        let request = issuing(name.clone(), KeyRole::Operator, &secret);
        match store.submit(Request { precondition: Precondition::Tag(tag), ..request }).await {
            Ok(_) => return Ok(Some(path)),
            Err(Refused::SettingsMoved) => {
                too_late = Some(secret);
                store.look().await.map_err(|error| setting_up(error.to_string()))?;
            }
            Err(refused) => return Err(setting_up(format!("{refused:?}"))),
        }
    }
}

/// How long a key is at the least.
const KEY_LEN_MIN: usize = 40;

fn is_known(keys: &[Arc<Key>], secret: &str) -> bool {
    keys.iter().any(|key| key.secret == hash(secret))
}

/// Removes a file whose key opens nothing.
fn gone(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes a key valid whose secret is known already.
pub(crate) async fn issue(store: &dyn Store, name: Label, role: KeyRole, secret: &str) -> Result<(), Refused> {
    store.submit(issuing(name, role, secret)).await.map(|_| ())
}

fn issuing(name: Label, role: KeyRole, secret: &str) -> Request {
    let key = Key::new(entropy::id("key_"), name, role, hash(secret));
    let actor = Actor::new(Role::Operator, "set-up", Via::User("set-up".to_owned()));
    Request::new(actor, SetUp::IssueKey(Box::new(key)))
}

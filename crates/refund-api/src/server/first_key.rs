//! The first operator's key.

use std::path::{Path, PathBuf};

use refund_core::{Actor, Label, Role, Timestamp, Via};
use refund_store::{Key, KeyRole, KeyScope, Refused, Request, SetUp, Store};

use super::config::StartError;
use crate::callers::hash;
use crate::machine::entropy;
use crate::secrets;

/// Without a valid operator's key nobody can make any other: then one is made. It is written to a
/// file before it is made valid: a crash in between leaves a file whose key the next start makes valid.
pub(super) async fn first_key(store: &dyn Store, data: &Path) -> Result<Option<PathBuf>, StartError> {
    let setting_up = |error: String| StartError::SetUp(error);
    let keys = store.settings().keys();
    let makes_others = |key: &Key| {
        let is_valid = key.revoked_at.is_none() && !key.has_expired(store.now());
        is_valid && key.role == KeyRole::Operator && key.scope == KeyScope::Full
    };
    if keys.iter().any(|key| makes_others(key)) {
        return Ok(None);
    }
    let path = data.join(secrets::OPERATOR_KEY);
    let folder_error = |error| StartError::Folder { folder: data.to_owned(), error };
    let mut secret = secrets::kept(&path, entropy::key).map_err(folder_error)?;
    let was_used = keys.iter().any(|key| key.secret == hash(&secret));
    if was_used || !secret.starts_with(entropy::KEY_PREFIX) || secret.len() < KEY_LEN_MIN {
        // A key that was revoked, or a file that was emptied.
        secret = entropy::key();
        secrets::write(&path, &secret).map_err(folder_error)?;
    }
    let name = Label::new("first operator").map_err(|error| setting_up(error.to_string()))?;
    issue(store, name, KeyRole::Operator, &secret).await.map_err(|refused| setting_up(format!("{refused:?}")))?;
    Ok(Some(path))
}

/// How long a key is at the least.
const KEY_LEN_MIN: usize = 40;

/// Makes a key valid whose secret is known already.
pub(crate) async fn issue(store: &dyn Store, name: Label, role: KeyRole, secret: &str) -> Result<(), Refused> {
    let key = Key {
        id: entropy::id("key_"),
        name,
        role,
        secret: hash(secret),
        created_at: Timestamp::MIN,
        revoked_at: None,
        scope: KeyScope::Full,
        expires_at: None,
        last_used_at: None,
    };
    let actor = Actor::new(Role::Operator, "set-up", Via::User("set-up".to_owned()));
    store.submit(Request::new(actor, SetUp::IssueKey(Box::new(key)))).await.map(|_| ())
}

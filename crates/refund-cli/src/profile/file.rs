//! The file that profiles are kept in: readable by its owner alone.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Every profile, and which one is in use.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    pub(crate) current: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// A server and a key of any role.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) url: String,
    pub(crate) key: String,
    /// Whose key it is, as far as its owner has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
}

/// Without the key: nothing that prints a profile shows it.
impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("url", &self.url).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Where the profiles are.
pub(crate) fn path() -> Result<PathBuf, Failure> {
    let strategy =
        choose_base_strategy().map_err(|error| Failure::Broken(format!("no folder for the configuration: {error}")))?;
    Ok(strategy.config_dir().join("refund").join("profiles.toml"))
}

impl Profiles {
    /// What is in the file; nothing where there is none.
    pub(crate) fn read() -> Result<Self, Failure> {
        let path = path()?;
        let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(wrong(error.to_string())),
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                let quoted = quoted(&path);
                return Err(wrong(format!(
                    "others can read the keys in it\n  close it: chmod 600 {quoted}\n  \
                     and have the keys revoked that somebody may have seen"
                )));
            }
            Ok(_) => {}
        }
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        // The message of the library would show the line, and a key may be in it.
        toml::from_str(&text).map_err(|error| wrong(format!("it can't be read: {}", error.message())))
    }

    /// Puts this in the file's place, whole or not at all.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let path = path()?;
        let broken = |error: std::io::Error| Failure::Broken(format!("{}: {error}", path.display()));
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(broken)?;
        let text = toml::to_string(self).map_err(|error| Failure::Broken(error.to_string()))?;
        let fresh = path.with_extension("toml.new");
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(broken(error)),
            Ok(()) | Err(_) => {}
        }
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).map_err(broken)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(broken)?;
        std::fs::rename(&fresh, &path).map_err(broken)
    }

    /// The profile of that name.
    pub(crate) fn named(&self, name: &str) -> Result<&Profile, Failure> {
        self.profiles.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let there = if names.is_empty() {
                "there is none yet".to_owned()
            } else {
                format!("there is {}", names.join(", "))
            };
            Failure::Usage(format!("no profile {name:?}; {there}"))
        })
    }
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    shlex::try_quote(&text).map_or_else(|_| text.clone(), std::borrow::Cow::into_owned)
}

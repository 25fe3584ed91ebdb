//! Which server the desk speaks to, and with which key.

mod file;

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use serde::Deserialize;

pub(crate) use file::{Profile, Profiles};

use crate::failure::Failure;

/// Where to go, and what opens it.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) url: String,
    pub(crate) key: String,
}

/// Where a server is that nobody has said anything about.
const URL_DEFAULT: &str = "http://127.0.0.1:8080";

/// A variable of the environment, unless it is empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The profile that was named, or the environment's key, or the profile in use.
///
/// A key never goes to another server than its own: where it isn't clear which is meant, it is asked.
pub(crate) fn access(named: Option<&str>) -> Result<Access, Failure> {
    let usage = |text: &str| Err(Failure::Usage(text.to_owned()));
    if named.is_some() {
        return chosen(named);
    }
    match (variable("REFUND_PROFILE"), variable("REFUND_KEY"), variable("REFUND_URL")) {
        (Some(_), Some(_), _) => usage("REFUND_PROFILE and REFUND_KEY are both set: unset one, or say --profile"),
        (Some(_), None, Some(_)) | (None, None, Some(_)) => {
            usage("REFUND_URL is set without REFUND_KEY; a profile's key goes to the profile's own server only")
        }
        (Some(profile), None, None) => chosen(Some(&profile)),
        (None, Some(key), url) => Ok(Access { url: url.unwrap_or_else(|| URL_DEFAULT.to_owned()), key }),
        (None, None, None) => chosen(None),
    }
}

fn chosen(named: Option<&str>) -> Result<Access, Failure> {
    let profiles = Profiles::read()?;
    let Some(name) = named.or(profiles.current.as_deref()) else {
        return Err(Failure::Usage(
            "no server is set up yet\n  the demo:  refund profile add demo --demo demo-data/demo.json\n  \
             a server:  refund profile add NAME --url https://…   (asks for the key)"
                .to_owned(),
        ));
    };
    let Profile { url, key, .. } = profiles.named(name)?.clone();
    Ok(Access { url, key })
}

/// A profile whose key may do what is left to these roles, on the same server. The platform acts for buyers.
pub(crate) fn of_role(url: &str, roles: &[String]) -> Option<String> {
    let has = |role: &str| roles.iter().any(|wanted| wanted == role || (wanted == "buyer" && role == "platform"));
    let profiles = Profiles::read().ok()?.profiles;
    let mut of_role = profiles.into_iter().filter(|(_, profile)| profile.url == url);
    of_role.find(|(_, profile)| profile.role.as_deref().is_some_and(has)).map(|(name, _)| name)
}

/// A key from a file, `-` for standard input; else from REFUND_KEY, a prompt, or standard input.
pub(crate) fn read_key(file: Option<&Path>) -> Result<String, Failure> {
    let key = match file {
        Some(path) if path != Path::new("-") => std::fs::read_to_string(path)
            .map_err(|error| Failure::Usage(format!("the key in {}: {error}", path.display())))?,
        Some(_) => first_line()?,
        None => match variable("REFUND_KEY") {
            Some(key) => key,
            None if std::io::stdin().is_terminal() => rpassword::prompt_password("Key: ")?,
            None => first_line()?,
        },
    };
    let key = key.trim();
    if key.is_empty() { Err(Failure::Usage("the key is empty".to_owned())) } else { Ok(key.to_owned()) }
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}

/// What a demo writes down about itself.
#[derive(Deserialize)]
struct DemoFile {
    base_url: String,
    keys: std::collections::BTreeMap<String, String>,
}

/// One role's way into a demo.
pub(crate) fn from_demo(file: &Path, role: &str) -> Result<Profile, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file)
        .map_err(|error| wrong(format!("{error}\n  it is there while a demo runs: refund-api demo")))?;
    let demo: DemoFile = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let key = demo.keys.get(role).cloned().ok_or_else(|| wrong(format!("it has no key for the role {role}")))?;
    Ok(Profile { url: demo.base_url, key, role: Some(role.to_owned()) })
}

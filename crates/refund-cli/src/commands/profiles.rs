//! `refund profile`: the servers that this machine knows.

use serde_json::json;

use super::Desk;
use crate::cli::access::Role;
use crate::cli::desk::{AddProfile, Profile as Command, ProfileName};
use crate::cli::values::word;
use crate::client;
use crate::failure::Failure;
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};
use crate::profile::{self, Profile, Profiles};

const COLUMNS: &[Column] = &[column("PROFILE", 0), column("ROLE", 1), column("SERVER", 0), column("IN USE", 0)];

pub(super) fn run(desk: &Desk, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add(given) => add(desk, given),
        Command::List => list(desk),
        Command::Use(ProfileName { name }) => {
            let mut profiles = Profiles::read()?;
            profiles.named(&name)?;
            profiles.current = Some(name.clone());
            profiles.write()?;
            desk.out.print(&format!("{name} is in use.\n"))
        }
        Command::Remove(ProfileName { name }) => {
            let mut profiles = Profiles::read()?;
            profiles.named(&name)?;
            profiles.profiles.remove(&name);
            profiles.current = profiles.current.filter(|current| *current != name);
            profiles.write()?;
            desk.out.print(&format!("{name} is forgotten. Its key stays valid until it is revoked.\n"))
        }
    }
}

fn add(desk: &Desk, given: AddProfile) -> Result<(), Failure> {
    let AddProfile { name, url, key_file, demo, role } = given;
    let profile = match (demo, url) {
        (Some(file), _) => profile::from_demo(&file, &word(role.unwrap_or(Role::Operator)))?,
        (None, Some(url)) => {
            let url = client::checked(&url)?;
            if url.starts_with("http:") && !is_loopback(&url) {
                desk.out.note("Everybody on the way can read a key that is sent over http: use https.");
            }
            Profile { url, key: profile::read_key(key_file.as_deref())?, role: role.map(word) }
        }
        (None, None) => return Err(Failure::Usage("say --url or --demo".to_owned())),
    };
    let client = client::Client::new(&profile.url, &profile.key, desk.under_way.clone())?;
    match client.get("/v1/refunds", &vec![("limit", "1".to_owned())]) {
        Ok(_) => {}
        Err(Failure::Problem(problem)) if problem.status == 401 => {
            let url = &profile.url;
            return Err(Failure::Usage(format!("{url} does not know that key; nothing was changed")));
        }
        // The profile may be right all the same.
        Err(_) => desk.out.note("No refund server answers there now."),
    }
    let mut profiles = Profiles::read()?;
    let (url, role) = (profile.url.clone(), profile.role.clone());
    let replaced = profiles.profiles.insert(name.clone(), profile).is_some();
    profiles.current = Some(name.clone());
    profiles.write()?;
    let replaced = if replaced { "replaced, and " } else { "" };
    let role = role.map(|role| format!(", as {role}")).unwrap_or_default();
    desk.out.print(&format!("{name} is {replaced}in use: {url}{role}\n"))?;
    desk.out.hint("Next: refund list");
    Ok(())
}

fn is_loopback(url: &str) -> bool {
    let host = url.trim_start_matches("http://");
    ["127.", "localhost", "[::1]"].iter().any(|loopback| host.starts_with(loopback))
}

fn list(desk: &Desk) -> Result<(), Failure> {
    let profiles = Profiles::read()?;
    let current = |name: &String| profiles.current.as_ref() == Some(name);
    let items: Vec<String> = profiles
        .profiles
        .iter()
        .map(|(name, profile)| {
            let Profile { url, role, .. } = profile;
            json!({ "name": name, "url": url, "role": role, "in_use": current(name) }).to_string()
        })
        .collect();
    let said = Said::Items { items: &items, next_cursor: None };
    desk.out.say(&said, &["name", "url", "role", "in_use"], || {
        if items.is_empty() {
            return Ok("no profiles\n".to_owned());
        }
        let rows = profiles.profiles.iter().map(|(name, profile)| {
            vec![
                Cell::new(name.as_str(), Tone::Strong),
                Cell::from(profile.role.as_deref().unwrap_or("-")),
                Cell::from(&*profile.url),
                Cell::new(if current(name) { "yes" } else { "-" }, Tone::Good),
            ]
        });
        Ok(desk.out.draw(&Table { columns: COLUMNS, rows: rows.collect(), last_wraps: false }))
    })
}

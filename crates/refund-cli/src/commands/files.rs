//! `refund file`: photos and documents on a refund.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::{Desk, confirm};
use crate::cli::files::{AddFiles, EraseFile, Files, GetFile, WhichFile};
use crate::client::{Change, Query, Reply, segment};
use crate::failure::Failure;
use crate::output::Said;

/// What is said of a file.
const FIELDS: &[&str] = &["sha256", "media_type", "bytes", "name", "by", "added_at"];
/// The most that a file has that is taken, in bytes.
const MAX: u64 = 10 * 1024 * 1024;

pub(super) fn run(desk: &Desk, files: Files) -> Result<(), Failure> {
    match files {
        Files::Add(add) => self::add(desk, &add),
        Files::Get(get) => self::get(desk, &get),
        Files::Erase(erase) => self::erase(desk, &erase),
    }
}

/// One after the other: what was added before one is refused stays, and to add it again changes nothing.
fn add(desk: &Desk, AddFiles { id, files }: &AddFiles) -> Result<(), Failure> {
    let read: Result<Vec<_>, _> = files.iter().map(|path| read(path).map(|bytes| (named(path), bytes))).collect();
    let mut added = Vec::new();
    for (name, bytes) in read? {
        let query: Query = vec![("name", name)];
        let change = Change::sending_file(format!("/v1/refunds/{}/files", segment(id)), query, bytes);
        added.push(desk.change(change)?);
    }
    let texts: Vec<String> = added.iter().map(|reply| reply.text().to_owned()).collect();
    desk.out.say(&Said::Items { items: &texts, next_cursor: None }, FIELDS, || {
        let field = |reply: &Reply, name| reply.field(name).unwrap_or_default();
        let line = |reply: &Reply| format!("{}  {}\n", field(reply, "sha256"), field(reply, "name"));
        Ok(desk.out.done("Added") + &added.iter().map(line).collect::<String>())
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
    let about = fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if !about.is_file() {
        // What else can be read may never end.
        return Err(wrong("it is no file".to_owned()));
    }
    let length = about.len();
    if length > MAX {
        return Err(wrong(format!("it has {length} bytes, and at most {MAX} are taken")));
    }
    fs::read(path).map_err(|error| wrong(error.to_string()))
}

fn named(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn place(WhichFile { id, sha256 }: &WhichFile) -> String {
    format!("/v1/refunds/{}/files/{}", segment(id), segment(sha256))
}

fn get(desk: &Desk, GetFile { which, to }: &GetFile) -> Result<(), Failure> {
    let bytes = desk.client()?.file(&place(which))?;
    match to {
        Some(path) => {
            let wrong = |error: io::Error| Failure::Usage(format!("{}: {error}", path.display()));
            let mut file = File::create_new(path).map_err(wrong)?;
            file.write_all(&bytes).map_err(wrong)?;
            let said = json!({ "file": path.display().to_string(), "bytes": bytes.len() }).to_string();
            desk.out.say(&Said::One(&said), &["file", "bytes"], || {
                Ok(desk.out.done("Saved") + &format!("{} bytes in {}\n", bytes.len(), path.display()))
            })?;
        }
        None => io::stdout().write_all(&bytes)?,
    }
    Ok(())
}

fn erase(desk: &Desk, EraseFile { which, yes }: &EraseFile) -> Result<(), Failure> {
    confirm::ask("Erase this file? Nothing brings it back.", *yes)?;
    let answer = desk.change(Change::delete(place(which)))?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        Ok(desk.out.done("Erased") + "That it was there, and when it was erased, stands on the refund.\n")
    })
}

//! `refund-api store …` as an operator meets it: every message, and every exit code.

use crate::story;
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::support;
use refund_store::{EmbeddedStore, PostgresAddress, PostgresStore, Store, migrate};
use refund_test_postgres::{Server, Version};

/// A folder with data folders in it, and what the tools said about them.
struct Desk {
    folder: tempfile::TempDir,
    said: String,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), said: String::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens the store in a folder.
    fn open(&self, name: &str) -> EmbeddedStore {
        EmbeddedStore::open(&self.path(name), story::surroundings()).unwrap().store
    }

    /// A store that has been lived in, closed.
    fn lived_in(&self, name: &str) {
        let store = self.open(name);
        story::tell(&store);
        store.close().unwrap();
        std::fs::write(self.path(name).join("server.secret"), "a secret\n").unwrap();
        std::fs::write(self.path(name).join("operator.key"), "a key\n").unwrap();
    }

    /// Runs a tool as it would be run from a shell in the folder; its exit code.
    fn run(&mut self, about: &str, command: &str) -> i32 {
        let mut program = Command::new(env!("CARGO_BIN_EXE_refund-api"));
        program
            .arg("store")
            .args(command.split(' '))
            .current_dir(self.folder.path())
            .env_remove("RUST_LOG")
            .env_remove("COLUMNS");
        let run = program.output().unwrap();
        let code = run.status.code().unwrap();
        let (out, err) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
        writeln!(self.said, "# {about}\n$ refund-api store {command}\n{out}{err}exit {code}\n").unwrap();
        code
    }

    /// A database that can be a store, as `command` names it.
    fn database(&self) -> String {
        let url = Server::shared(Version::Debian).unwrap().database().unwrap();
        let address = PostgresAddress::parse(&url, None).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(migrate(&address, false)).unwrap();
        url
    }

    fn change(&self, file: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(self.path(file)).unwrap();
        change(&mut bytes);
        std::fs::write(self.path(file), bytes).unwrap();
    }

    /// What was said, without what differs from run to run.
    fn check(self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        // The story is of early 2026; the clock is read only for the backup's own instant.
        settings.add_filter(r"the backup of [-0-9T:.]+Z", "the backup of [now]");
        settings.add_filter(r"127\.0\.0\.1:\d+/test_\d+", "[database]");
        settings.add_filter(r"(?m)^(records|tables) +\d+ bytes", "$1 [many] bytes");
        settings.add_filter(r"\d+ bytes of the database", "[many] bytes of the database");
        settings.add_filter(r#"("(log|table)_bytes"): \d+"#, "$1: [many]");
        settings.add_filter(r"overdue  +\d+", "overdue     [some]");
        settings.add_filter(r#""overdue": \d+"#, r#""overdue": [some]"#);
        settings.add_filter(r"(?m)^(view|disk) +\d+ bytes", "$1 [many] bytes");
        settings.add_filter(r#"("(view|disk_left)_bytes"): \d+"#, "$1: [many]");
        settings.bind(|| insta::assert_snapshot!(name, self.said));
    }
}

#[test]
fn what_the_tools_say_when_all_is_well() {
    let mut desk = Desk::new();
    desk.lived_in("data");
    let server = desk.open("data");
    assert_eq!(desk.run("A server runs.", "verify --data data"), 0);
    assert_eq!(desk.run("Its backup is begun.", "backup --data data --to backup"), 0);
    assert_eq!(desk.run("Nothing is new.", "backup --data data --to backup"), 0);
    story::do_it(&server, story::open_refund("later"));
    assert_eq!(desk.run("Something is.", "backup --data data --to backup"), 0);
    server.close().unwrap();
    drop(server);
    assert_eq!(desk.run("The server is stopped.", "verify --data data"), 0);
    assert_eq!(desk.run("The view is left out.", "verify --data data --journal-only"), 0);
    assert_eq!(desk.run("The view is built anew.", "rebuild --data data"), 0);
    assert_eq!(desk.run("The backup is tried out.", "restore --from backup --data new"), 0);
    assert_eq!(desk.run("And what came of it.", "verify --data new"), 0);
    assert_eq!(desk.run("For people.", "stats --data new"), 0);
    assert_eq!(desk.run("For programs.", "stats --data new -o json"), 0);
    desk.check("all_is_well");
}

#[test]
fn a_server_that_is_restored_from_its_backup_knows_its_callers_again() {
    let mut desk = Desk::new();
    let server = support::Server::demo(&desk.path("data"));
    assert_eq!(desk.run("", "backup --data data --to backup"), 0);
    let (seller, refunds) = (server.seller.clone(), server.get("/v1/refunds", &server.seller).body);
    server.stop();
    assert_eq!(desk.run("", "restore --from backup --data new"), 0);
    let server = support::Server::demo(&desk.path("new"));
    assert_eq!(server.get("/v1/refunds", &seller).body, refunds);
    server.stop();
    assert_eq!(desk.run("", "verify --data new"), 0);
}

#[test]
fn what_the_tools_say_of_damage() {
    let mut desk = Desk::new();
    desk.lived_in("data");
    let whole = std::fs::read(desk.path("data/journal")).unwrap();
    assert_eq!(desk.run("A good backup.", "backup --data data --to backup"), 0);

    desk.change("data/journal", |bytes| bytes[2_600] ^= 1);
    assert_eq!(desk.run("A bit is turned over.", "verify --data data"), 3);
    assert_eq!(desk.run("It is not what the view is built from.", "rebuild --data data"), 3);
    assert_eq!(desk.run("Nor what is counted.", "stats --data data"), 3);
    assert_eq!(desk.run("Nor does it get into a backup.", "backup --data data --to another"), 3);
    std::fs::write(desk.path("data/journal"), &whole[..whole.len() - 100]).unwrap();
    assert_eq!(desk.run("The journal lost its end.", "verify --data data"), 3);
    assert_eq!(desk.run("The view is not thrown away.", "rebuild --data data"), 3);
    assert_eq!(desk.run("The backup is longer.", "backup --data data --to backup"), 3);
    std::fs::remove_file(desk.path("data/journal")).unwrap();
    assert_eq!(desk.run("The journal is gone.", "verify --data data"), 3);
    std::fs::write(desk.path("data/journal"), b"something else, and long enough").unwrap();
    assert_eq!(desk.run("It is another file.", "verify --data data"), 3);

    desk.change("backup/journal", |bytes| bytes[2_600] ^= 1);
    assert_eq!(desk.run("A bit is turned over in the backup.", "restore --from backup --data new"), 3);
    desk.change("backup/journal", |bytes| bytes.truncate(2_000));
    assert_eq!(desk.run("The backup lost its end.", "restore --from backup --data newer"), 3);
    desk.check("damage");
}

#[test]
fn r43_the_tools_tell_of_files_that_are_damaged_or_gone() {
    let mut desk = Desk::new();
    let server = support::Server::demo(&desk.path("data"));
    let refund = server.open("o-1");
    let octets = [("Content-Type", "application/octet-stream")];
    let added = server.send("POST", &support::path(&refund, "files"), &server.seller, &octets, b"%PDF-1.7\nan invoice");
    server.stop();
    let (id, sha256) = (refund["id"].as_str().unwrap(), added.body["sha256"].as_str().unwrap());
    let in_backup = format!("backup/evidence/refunds/{id}/{sha256}");
    assert_eq!(desk.run("", "backup --data data --to backup"), 0);
    desk.change(&in_backup, |bytes| bytes[0] ^= 1);
    assert_eq!(desk.run("", "verify --data backup --journal-only"), 3);
    assert_eq!(desk.run("", "restore --from backup --data damaged"), 3);
    // What is restored all the same is a store.
    support::Server::demo(&desk.path("damaged")).stop();
    std::fs::remove_file(desk.path(&in_backup)).unwrap();
    assert_eq!(desk.run("", "backup --data data --to backup"), 0);
    assert_eq!(desk.run("", "restore --from backup --data new"), 0);
    std::fs::remove_dir_all(desk.path("data/evidence")).unwrap();
    assert_eq!(desk.run("", "verify --data data"), 3);
    assert_eq!(desk.run("", "backup --data data --to backup"), 3);
    let file = format!("EVIDENCE    file {sha256} of refund {id}");
    for told in [
        format!("{file} is not what it was"),
        "EVIDENCE    1 files are not what they were, and were left out".to_owned(),
        format!("{file} is missing"),
        "RESTORED, BUT NOT ALL EVIDENCE: ".to_owned(),
        "evidence    1 files, all there".to_owned(),
        "EVIDENCE    the folder `evidence` is gone".to_owned(),
        "BACKED UP, BUT NOT ALL EVIDENCE: ".to_owned(),
    ] {
        assert!(desk.said.contains(&told), "{told}: {}", desk.said);
    }
}

#[test]
fn what_the_tools_say_of_what_mends_itself() {
    let mut desk = Desk::new();
    desk.lived_in("data");
    desk.change("data/journal", |bytes| bytes.extend(b"\xFEFR\xFF begun"));
    assert_eq!(desk.run("A crash left the beginning of a write.", "verify --data data"), 0);
    assert_eq!(desk.run("It is not in the backup.", "backup --data data --to backup"), 0);
    assert_eq!(desk.run("It is cut off.", "rebuild --data data"), 0);
    std::fs::write(desk.path("data/view.in-use"), "another boot").unwrap();
    assert_eq!(desk.run("The machine had stopped.", "verify --data data"), 0);
    std::fs::write(desk.path("data/view/db"), vec![0xA5; 1 << 16]).unwrap();
    assert_eq!(desk.run("The view is overwritten.", "verify --data data"), 0);
    std::fs::remove_dir_all(desk.path("data/view")).unwrap();
    assert_eq!(desk.run("The view is gone.", "verify --data data"), 0);
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(desk.path("data"), open).unwrap();
    assert_eq!(desk.run("Others may look into the folder.", "stats --data data -o json"), 0);
    assert_eq!(desk.run("It is shut.", "rebuild --data data"), 0);
    assert_eq!(std::fs::metadata(desk.path("data")).unwrap().permissions().mode() & 0o777, 0o700);
    desk.check("what_mends_itself");
}

#[test]
fn all_that_is_written_into_a_folder_is_its_owners_alone() {
    let mut desk = Desk::new();
    desk.lived_in("data");
    let mut folders = vec![desk.path("data/view")];
    std::fs::remove_dir_all(&folders[0]).unwrap();
    assert_eq!(desk.run("The view is made anew.", "rebuild --data data"), 0);
    while let Some(folder) = folders.pop() {
        let inside = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        for path in inside.chain([folder.clone()]) {
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
            folders.extend(Some(path).filter(|path| path.is_dir() && *path != folder));
        }
    }
}

#[test]
fn what_the_tools_say_when_they_can_not() {
    let mut desk = Desk::new();
    desk.lived_in("data");
    let other = desk.open("other");
    story::do_it(&other, story::put_seller("other"));
    drop(other);
    std::fs::write(desk.path("file"), "").unwrap();
    assert_eq!(desk.run("There is no such folder.", "verify --data nowhere"), 1);
    assert_eq!(desk.run("Or it is a file.", "verify --data file"), 1);
    assert_eq!(desk.run("Nothing is made of nothing.", "rebuild --data nowhere"), 1);
    assert!(!desk.path("nowhere").exists());
    assert_eq!(desk.run("The backup can't be written.", "backup --data data --to file/backup"), 1);
    assert_eq!(desk.run("The folder is full of something else.", "backup --data data --to other"), 1);
    assert_eq!(desk.run("A backup of another journal.", "backup --data other --to backup"), 0);
    assert_eq!(desk.run("It is not mixed with this one.", "backup --data data --to backup"), 1);
    assert_eq!(desk.run("There is no backup.", "restore --from data --data new"), 1);
    assert_eq!(desk.run("Nothing is written over.", "restore --from backup --data data"), 1);
    assert_eq!(desk.run("There is no space to compare in.", "verify --data data --scratch nowhere"), 1);

    let server = desk.open("data");
    assert_eq!(desk.run("A server runs.", "rebuild --data data"), 1);
    drop(server);
    desk.change("backup/manifest.json", |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replace("\"format\": 1", "\"format\": 2").into_bytes();
    });
    assert_eq!(desk.run("A newer program made the backup.", "restore --from backup --data new"), 1);
    desk.change("data/journal", |bytes| {
        bytes[8] = 5;
        let sum = crc32(&bytes[..12]);
        bytes[12..16].copy_from_slice(&sum.to_le_bytes());
    });
    assert_eq!(desk.run("A newer program wrote the journal.", "verify --data data"), 1);
    assert_eq!(desk.run("An unknown tool.", "mend"), 2);
    desk.check("can_not");
}

/// The checksum of the journal's header.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[test]
fn what_the_tools_say_of_a_store_in_a_database() {
    let mut desk = Desk::new();
    desk.lived_in("data");
    let (url, postgres) = (desk.database(), Server::shared(Version::Debian).unwrap());
    let sql = |sql: &str| postgres.psql(&url, sql).unwrap();
    assert_eq!(desk.run("There is nothing yet.", &format!("verify --store {url}")), 0);
    assert_eq!(desk.run("A store is moved.", &format!("copy --from data --to {url}")), 0);
    assert_eq!(desk.run("It is all there.", &format!("verify --store {url}")), 0);
    assert_eq!(desk.run("For people.", &format!("stats --store {url}")), 0);
    assert_eq!(desk.run("For programs.", &format!("stats --store {url} -o json")), 0);
    assert_eq!(desk.run("Its backup.", &format!("backup --store {url} --data data --to backup")), 0);
    assert_eq!(desk.run("It can be restored.", "restore --from backup --data restored"), 0);
    assert_eq!(desk.run("And back.", &format!("copy --from {url} --to back")), 0);
    assert_eq!(desk.run("It is all there.", "verify --data back"), 0);
    sql("UPDATE meta SET copying = true");
    assert_eq!(desk.run("As if it had been cut off at its end.", &format!("copy --from data --to {url}")), 0);
    assert_eq!(desk.run("Nothing is copied over it.", &format!("copy --from data --to {url}")), 1);

    sql("UPDATE waits SET next_due = 0; DELETE FROM settings WHERE which = 'policy'");
    assert_eq!(desk.run("A hand was in the tables.", &format!("verify --store {url}")), 3);
    assert_eq!(desk.run("They are made anew.", &format!("rebuild --store {url}")), 0);
    assert_eq!(desk.run("All is well.", &format!("verify --store {url}")), 0);
    sql("UPDATE records SET body = set_byte(body, 9, 255 - get_byte(body, 9)) WHERE number = 7");
    assert_eq!(desk.run("And one in the records.", &format!("verify --store {url}")), 3);
    assert_eq!(desk.run("Nothing is made of them.", &format!("rebuild --store {url}")), 3);
    assert_eq!(desk.run("Nor copied.", &format!("copy --from {url} --to never")), 3);
    sql("DELETE FROM records WHERE number > 6; DELETE FROM batches");
    assert_eq!(desk.run("The end is gone.", &format!("backup --store {url} --to backup")), 3);
    desk.check("database");
}

#[test]
fn what_the_tools_say_when_a_database_can_not_be_worked_with() {
    let mut desk = Desk::new();
    desk.lived_in("data");
    let [url, other] = [desk.database(), desk.database()];
    let postgres = Server::shared(Version::Debian).unwrap();
    let empty = postgres.database().unwrap();
    std::fs::write(desk.path("password"), "hidden\n").unwrap();
    assert_eq!(desk.run("No store is named.", "verify"), 2);
    assert_eq!(desk.run("Or two are.", "verify --data data --store postgres://refund@127.0.0.1/refund"), 2);
    assert_eq!(desk.run("It is none of ours.", "verify --store mysql://refund:hidden@127.0.0.1/refund"), 1);
    assert_eq!(
        desk.run(
            "Nobody is there.",
            "verify --store postgres://refund@127.0.0.1:1/refund --store-password-file password"
        ),
        1
    );
    assert_eq!(desk.run("There is no such file.", &format!("verify --store {url} --store-password-file nowhere")), 1);
    assert_eq!(desk.run("It is no store yet.", &format!("copy --from data --to {empty}")), 1);
    let server = desk.open("data");
    assert_eq!(desk.run("A server runs on the folder.", &format!("copy --from data --to {url}")), 1);
    drop(server);
    let store =
        PostgresStore::open(&PostgresAddress::parse(&other, None).unwrap(), None, story::surroundings()).unwrap();
    story::begin(&store);
    store.close().unwrap();
    drop(store);
    assert_eq!(desk.run("Something was recorded there.", &format!("copy --from data --to {other}")), 1);
    assert_eq!(desk.run("A backup is made.", "backup --data data --to backup"), 0);
    assert_eq!(desk.run("A backup is no store.", &format!("copy --from backup --to {url}")), 1);
    assert_eq!(
        desk.run("The copy stands in a folder of something else.", &format!("copy --from {other} --to backup")),
        1
    );
    std::fs::rename(desk.path("data/journal"), desk.path("data/journal.copy")).unwrap();
    assert_eq!(
        desk.run("A copy into the folder was cut off, and was of another.", &format!("copy --from {other} --to data")),
        1
    );
    desk.check("database_can_not");
}

#[test]
fn each_tool_explains_itself_with_examples() {
    let mut desk = Desk::new();
    desk.run("All tools.", "--help");
    for tool in ["verify", "rebuild", "backup", "restore", "copy", "stats"] {
        assert_eq!(desk.run("One tool.", &format!("{tool} --help")), 0);
    }
    desk.check("help");
}

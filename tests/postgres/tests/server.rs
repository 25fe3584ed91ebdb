//! That a server of a test's own does what tests need, and that nothing is left of it.
#![allow(clippy::expect_used, reason = "a test may fail")]

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use refund_test_postgres::{Server, Version};

/// In memory and not at the mercy of a disk: a kill spares what the system has.
const IN_MEMORY: (&str, &str) = ("fsync", "off");

/// Whether nobody listens any more, and the folder is gone.
fn is_gone(port: u16, folder: &Path) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() && !folder.exists()
}

fn is_refused(result: Result<String, String>, why: &str) {
    let said = result.expect_err("a refusal");
    assert!(said.contains(why), "{said}");
}

#[test]
fn databases_are_empty_and_apart_and_their_owner_can_do_nothing_else() {
    for version in Version::ALL {
        let server = Server::shared(version).expect("a server");
        let (one, other) = (server.database().expect("a database"), server.database().expect("another"));
        assert_eq!(server.psql(&one, "SELECT 1").as_deref(), Ok("1"));
        let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        assert_eq!(server.psql(&one, tables).as_deref(), Ok("0"));
        server.psql(&one, "CREATE TABLE t (v text); INSERT INTO t VALUES ('é'), ('z'), ('A')").expect("a table");
        is_refused(server.psql(&other, "SELECT v FROM t"), "relation \"t\" does not exist");
        let about = "SELECT current_user, getdatabaseencoding(), rolsuper, octet_length('é') \
                     FROM pg_roles WHERE rolname = current_user";
        assert_eq!(server.psql(&one, about).as_deref(), Ok("refund|UTF8|f|2"));
        is_refused(server.psql(&one, "COPY t FROM PROGRAM 'true'"), "external program");
        let superuser = one.replace("refund@", "postgres@");
        is_refused(server.psql(&superuser, "SELECT 1"), "no pg_hba.conf entry");
    }
}

#[test]
fn databases_of_debian_are_in_the_order_of_dictionaries() {
    let server = Server::shared(Version::Debian).expect("a server");
    let database = server.database().expect("a database");
    let sorted = "SELECT string_agg(v, '' ORDER BY v) FROM (VALUES ('b'), ('A'), ('a'), ('B')) AS t (v)";
    assert_eq!(server.psql(&database, sorted).as_deref(), Ok("aAbB"));
}

#[test]
fn of_a_dropped_server_nothing_is_left() {
    for version in Version::ALL {
        for end in [|_: &mut Server| Ok(()), Server::stop, Server::kill] {
            let mut server = Server::start(version, &[IN_MEMORY]).expect("a server");
            let (port, folder) = (server.port(), server.folder().to_owned());
            let about = std::fs::read_to_string(folder.join("data/postmaster.pid")).expect("a file");
            let memory = about.lines().nth(6).and_then(|line| line.split_whitespace().nth(1)).expect("shared memory");
            assert!(!is_gone(port, &folder) && is_shared(memory));
            end(&mut server).expect("an end");
            drop(server);
            assert!(is_gone(port, &folder), "{port} {}", folder.display());
            assert!(!is_shared(memory), "{memory}");
        }
    }
}

/// Whether the system has shared memory of that number.
fn is_shared(number: &str) -> bool {
    let all = std::fs::read_to_string("/proc/sysvipc/shm").expect("a list");
    all.lines().any(|line| line.split_whitespace().nth(1) == Some(number))
}

#[test]
fn settings_are_taken_and_what_postgresql_says_of_wrong_ones_is_told() {
    let server = Server::start(Version::Debian, &[("cluster_name", "it's")]).expect("a server");
    assert_eq!(server.psql("postgres", "SHOW cluster_name").as_deref(), Ok("it's"));
    assert_eq!(server.psql("postgres", "SHOW fsync").as_deref(), Ok("on"));
    let why = Server::start(Version::Debian, &[IN_MEMORY, ("no_such_setting", "1")]).expect_err("no server");
    assert!(why.contains("unrecognized configuration parameter \"no_such_setting\""), "{why}");
}

#[test]
fn what_was_committed_is_there_after_a_kill_and_after_a_stop() {
    for version in Version::ALL {
        let mut server = Server::start(version, &[IN_MEMORY]).expect("a server");
        let database = server.database().expect("a database");
        server.psql(&database, "CREATE TABLE t (n int)").expect("a table");
        let rows = "SELECT count(*) FROM t";
        for (before, end) in [Server::kill, Server::stop].into_iter().enumerate() {
            assert_eq!(server.psql(&database, rows), Ok(before.to_string()));
            server.psql(&database, "INSERT INTO t VALUES (1)").expect("a row");
            end(&mut server).expect("an end");
            is_refused(server.psql(&database, rows), "Connection refused");
            server.restart().expect("a start");
        }
        assert_eq!(server.psql(&database, rows).as_deref(), Ok("2"));
    }
}

#[test]
fn a_standby_follows_and_takes_over() {
    for version in Version::ALL {
        let every = [IN_MEMORY, ("synchronous_standby_names", "*"), ("synchronous_commit", "remote_apply")];
        let mut first = Server::start(version, &every).expect("a server");
        let second = first.standby().expect("a standby");
        let database = first.database().expect("a database");
        let there = database.replace(&first.port().to_string(), &second.port().to_string());
        first.psql(&database, "CREATE TABLE t (n int); INSERT INTO t VALUES (7)").expect("a table");
        assert_eq!(second.psql(&there, "SELECT n FROM t").as_deref(), Ok("7"));
        is_refused(second.psql(&there, "INSERT INTO t VALUES (8)"), "read-only transaction");
        first.kill().expect("an end");
        second.promote().expect("a promotion");
        second.psql(&there, "INSERT INTO t VALUES (8)").expect("a row");
        assert_eq!(second.psql(&there, "SELECT sum(n) FROM t").as_deref(), Ok("15"));
        is_refused(second.promote().map(|()| String::new()), "recovery is not in progress");
    }
}

/// In the process that the next test kills.
const TO_BE_KILLED: &str = "REFUND_TEST_POSTGRES_TO_BE_KILLED";

#[test]
fn the_shared_one_goes_with_its_process_however_that_ends() {
    if std::env::var_os(TO_BE_KILLED).is_some() {
        let server = Server::shared(Version::Debian).expect("a server");
        println!("\nhere {} {}", server.port(), server.folder().display());
        let _ = std::io::stdin().read(&mut [0]);
        return;
    }
    for is_killed in [true, false] {
        let mut process = Command::new(std::env::current_exe().expect("a path"));
        process.args(["--exact", "the_shared_one_goes_with_its_process_however_that_ends", "--nocapture"]);
        process.env(TO_BE_KILLED, "yes").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = process.spawn().expect("a process");
        let lines = BufReader::new(process.stdout.take().expect("an output")).lines().map_while(Result::ok);
        let line = lines.into_iter().find(|line| line.starts_with("here ")).expect("a server");
        let [_, port, folder] = line.split(' ').collect::<Vec<_>>()[..] else { unreachable!("{line}") };
        let (port, folder) = (port.parse().expect("a port"), Path::new(folder));
        assert!(!is_gone(port, folder));
        if is_killed {
            process.kill().expect("an end");
        }
        // Waiting ends what it reads; what cleans up behind it holds its errors until it is done.
        process.wait().expect("an end");
        process.stderr.take().expect("errors").read_to_string(&mut String::new()).expect("an end");
        assert!(is_gone(port, folder), "{port} {}", folder.display());
    }
}

//! How the database carries the statements out: each by an index, whatever the tables hold.

use refund_test_postgres::{Server, Version};
use tokio_postgres::Client;

use super::connection::{Connector, Purpose};
use super::deliveries::sql as of_deliveries;
use super::{PostgresAddress, migrate, sql};

/// All statements, by name.
macro_rules! statements {
    ($from:ident: $($name:ident),+ $(,)?) => { [$((stringify!($name), $from::$name)),+] };
}

/// Tables of one row, which are read whole.
const OF_ONE_ROW: [&str; 2] = ["turn", "meta"];

type Named = (&'static str, &'static str);

fn all() -> Vec<Named> {
    [of_the_store(), of_servers()].concat()
}

fn of_the_store() -> Vec<Named> {
    statements![sql:
        TAKE_TURN,
        HEAD,
        HAS_BATCH,
        CHAIN_AT,
        SETTINGS,
        SETTINGS_SINCE,
        REFUNDS_WITH_THOSE_BESIDE,
        REFUNDS_ON_LINES,
        ANSWERS,
        DUE,
        PUT_RECORDS,
        REDACT_RECORDS,
        PUT_LINES,
        OPEN_REFUNDS,
        CHANGE_REFUNDS,
        WAIT_NO_MORE,
        WAIT,
        PUT_GISTS,
        PUT_HISTORY,
        PUT_ANSWERS,
        REMOVE_SETTINGS,
        PUT_SETTINGS,
        PUT_AUDIT,
        PUT_BATCH,
        REFUND,
        STATES,
        RECORD,
        RECORDS,
        RECORDS_FOR_SELLER,
        LAST_RECORD_FOR_SELLER,
        HISTORY,
        NEXT_DUE,
        OVERDUE,
        AUDIT,
        BY_DEADLINE,
        BY_DEADLINE_OF_SELLER,
        WITHOUT_DEADLINE,
        WITHOUT_DEADLINE_OF_SELLER,
        BY_OPENING,
        BY_OPENING_OF_SELLER,
        OF_BUYER,
        OF_ORDER,
        OF_REFERENCE,
        WITH_METADATA,
        COUNT_FOUND,
        FOUND,
        ON_LINE,
        FORGET_ANSWERS,
        SAY_SOMETHING,
    ]
    .to_vec()
}

/// What servers have among themselves.
fn of_servers() -> Vec<Named> {
    let mut all = statements![sql:
        KEEP,
        KEPT,
        FORGET_ASIDES,
        JOIN_SERVERS,
        BE_SEEN,
        LIVE_SERVERS,
        LEAVE_SERVERS,
        FORGET_SERVERS,
    ]
    .to_vec();
    all.extend(statements![of_deliveries:
        READ_TO,
        TAKE_IN_FIRST,
        TAKE_IN,
        LEASES,
        HOLD,
        WANT,
        HAND_OVER,
        LET_GO,
        QUEUES,
        CLAIM,
        CLAIMED,
        FARES,
        PUT,
        KNOW_ENDPOINT,
        LOCK,
        OF_EVENTS,
        LATEST_FIRST,
        OLDEST_FIRST,
        BACKLOG,
        WAITING,
        STANDING,
        ENDPOINTS,
        BEHIND,
        FORGET_OVER,
        FORGET_BEHIND,
        FORGET_OF_ENDPOINT,
        FORGET_ENDPOINTS,
        FORGET_READING,
        ASK_TO_SEND,
    ]);
    all
}

#[test]
fn every_statement_is_looked_at() {
    let sources = concat!(include_str!("sql.rs"), include_str!("deliveries/sql.rs"));
    let constants = sources.split(") const ").skip(1).filter_map(|rest| rest.split_once(':'));
    let mut written: Vec<_> = constants.map(|(name, _)| name).collect();
    let mut looked_at: Vec<_> = all().into_iter().map(|(name, _)| name).collect();
    written.sort_unstable();
    looked_at.sort_unstable();
    assert_eq!(written, looked_at);
}

/// The plan of a statement whatever its parameters are.
async fn plan(client: &Client, name: &str, statement: &str) -> String {
    let many = client.prepare(statement).await.unwrap_or_else(|error| panic!("{name}: {error:?}")).params().len();
    client.batch_execute(&format!("PREPARE {name} AS {statement}")).await.unwrap();
    let nothing = vec!["NULL"; many].join(",");
    let arguments = if many == 0 { String::new() } else { format!("({nothing})") };
    let rows = client.simple_query(&format!("EXPLAIN EXECUTE {name}{arguments}")).await.unwrap();
    let lines = rows.iter().filter_map(|row| {
        let tokio_postgres::SimpleQueryMessage::Row(row) = row else { return None };
        row.get(0).map(str::to_owned)
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn every_statement_goes_by_an_index(version: Version) {
    let url = Server::shared(version).unwrap().database().unwrap();
    let address = PostgresAddress::parse(&url, None).unwrap();
    migrate(&address, false).await.unwrap();
    let connector = Connector::new(address).unwrap();
    for purpose in [Purpose::Write, Purpose::Read] {
        let client = connector.connect(purpose).await.unwrap();
        for (name, statement) in all() {
            let plan = plan(&client, name, statement).await;
            let reads_all = plan.lines().filter(|line| line.contains("Seq Scan on"));
            let reads_all: Vec<_> = reads_all
                .filter(|line| !OF_ONE_ROW.iter().any(|table| line.contains(&format!("on {table}"))))
                .collect();
            assert!(reads_all.is_empty(), "{name} reads a whole table:\n{plan}");
            assert!(!plan.contains("Hash Join") && !plan.contains("Merge Join"), "{name}:\n{plan}");
        }
    }
}

#[tokio::test]
async fn every_statement_goes_by_an_index_on_the_oldest_postgres() {
    every_statement_goes_by_an_index(Version::Debian).await;
}

#[tokio::test]
async fn every_statement_goes_by_an_index_on_the_newest_postgres() {
    every_statement_goes_by_an_index(Version::Newest).await;
}

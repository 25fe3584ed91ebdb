//! Tables beside those of the store, under the same names, which nobody else sees and which go with the transaction: what
//! is made from the log by the statements of a turn goes there, to be compared with what is there.

use super::super::PostgresError;
use super::database::Database;
use super::sql;

/// A table that follows from the records. Lists of columns are as SQL has them.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// What tells its rows apart.
    pub(super) key: &'static str,
    /// Its other columns, but for the body.
    pub(super) columns: &'static str,
    /// A column of bytes of which several may mean the same.
    pub(super) body: Option<&'static str>,
    /// What a row is called by.
    pub(super) called: &'static str,
    /// By what statements of a turn look for its rows, with whether they rely on there being one alone.
    looked_for: &'static [(&'static str, bool)],
}

/// All of them.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "lines",
        key: "no",
        columns: "seller, order_id, line, paid, refunded",
        body: None,
        called: "seller, order_id, line",
        looked_for: &[("no", true), ("seller, order_id, line", false)],
    },
    Table {
        name: "refunds",
        key: "no",
        columns: "id, line, seller, buyer, order_id, reference, metadata",
        body: Some("state"),
        called: "id",
        looked_for: &[("no", false), ("id", false), ("line, no", false)],
    },
    Table {
        name: "waits",
        key: "no",
        columns: "line, seller, in_progress, rank, next_due, overdue, overdue_at",
        body: None,
        called: "no",
        looked_for: &[("no", true)],
    },
    Table {
        name: "gists",
        key: "no",
        columns: "seller, pile, rank, opened, size, kind, status, negotiation, reason, words",
        body: None,
        called: "no",
        looked_for: &[("no", true)],
    },
    Table {
        name: "history",
        key: "refund, sequence",
        columns: "record, seller",
        body: None,
        called: "refund, sequence",
        looked_for: &[],
    },
    Table { name: "answers", key: "hash, record", columns: "at", body: None, called: "record", looked_for: &[] },
    Table {
        name: "settings",
        key: "which",
        columns: "",
        body: Some("body"),
        called: "which",
        looked_for: &[("which", true)],
    },
    Table {
        name: "audit",
        key: "record, entry",
        columns: "at, kind, who, seller, which",
        body: None,
        called: "record, entry",
        looked_for: &[],
    },
];

impl Database {
    /// Empties all of them.
    pub(crate) fn empty_tables(&self) -> Result<(), PostgresError> {
        let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        self.carry_out(&format!("TRUNCATE {}", names.join(", ")))
    }
}

/// Makes empty tables beside those of the store. They are without its walls: what breaks a law is found by the laws.
pub(crate) fn make_shadows(database: &Database) -> Result<(), PostgresError> {
    let mut sql = sql::MORE_MEMORY.to_owned();
    for Table { name, looked_for, .. } in TABLES {
        sql.push_str(&format!("CREATE TEMP TABLE {name} (LIKE {name}) ON COMMIT DROP;"));
        for (columns, is_alone) in *looked_for {
            let unique = if *is_alone { "UNIQUE" } else { "" };
            sql.push_str(&format!("CREATE {unique} INDEX ON pg_temp.{name} ({columns});"));
        }
    }
    database.carry_out(&sql)
}

//! Whether what is due happens, on all servers (R36).

use super::PostgresAddress;
use super::connection::{Connector, Purpose};
use super::error::PostgresError;
use super::head::Head;
use super::migrating::{check_layout, check_server};
use super::sql;

pub(super) const HOLD: &str = "UPDATE meta SET held = $1 WHERE held <> $1 AND NOT copying";

/// Has nothing happen that is due on any server of that database, or has it happen again: from the next turn on, whichever
/// servers run. Answers whether that was otherwise before.
///
/// # Errors
/// [`PostgresError`]. Nothing was changed.
pub async fn hold_settling(address: &PostgresAddress, held: bool) -> Result<bool, PostgresError> {
    let client = Connector::new(address.clone())?.connect(Purpose::Write).await?;
    check_server(&client).await?;
    check_layout(&*client, address).await?;
    Head::of(&client.query_one(sql::HEAD, &[]).await?)?.check()?;
    Ok(client.execute(HOLD, &[&held]).await? > 0)
}

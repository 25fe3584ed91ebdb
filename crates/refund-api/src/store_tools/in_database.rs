//! What is done in a database by a command and by no server: `refund-api migrate` and `refund-api settling`.

use std::path::Path;

use refund_store::PostgresAddress;
use tokio::runtime::Builder;

use super::Outcome;
use crate::server::{StartError, address};

/// Does it. What `in_words` makes of what was done goes to standard output, why nothing was to standard error.
pub(super) fn carry_out<T, E: Into<StartError>>(
    url: &str,
    password_file: Option<&Path>,
    act: impl AsyncFnOnce(&PostgresAddress) -> Result<T, E>,
    in_words: impl FnOnce(T, &str) -> String,
) -> Outcome {
    let done = || {
        let database = address(url, password_file)?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StartError::SetUp(error.to_string()))?;
        let done = runtime.block_on(act(&database)).map_err(Into::into)?;
        Ok::<_, StartError>(in_words(done, &database.shown()))
    };
    match done() {
        Ok(text) => {
            println!("{text}");
            Outcome::Good
        }
        Err(error) => {
            eprintln!("refund-api: {error}");
            Outcome::Failed
        }
    }
}

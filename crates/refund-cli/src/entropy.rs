//! The one room of the desk in which randomness is made.

use data_encoding::HEXLOWER;

use crate::failure::Failure;

/// An idempotency key that nobody has used before.
#[expect(clippy::disallowed_methods, reason = "this is the room; everywhere else keys are arguments")]
pub(crate) fn fresh_key() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Broken(format!("this machine gives no random numbers: {error}")))?;
    Ok(HEXLOWER.encode(&bytes))
}

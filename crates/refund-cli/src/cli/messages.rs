//! What people write on a refund.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::{Value, json};

use super::acts::Shown;
use super::values::HowMany;

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund messages rfd_01abc
  refund messages rfd_01abc --all -o jsonl")]
pub(crate) struct Messages {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) many: HowMany<50>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund message rfd_01abc 'Would 2.00 do, and you keep it?'
  refund message rfd_01abc 'The third one this week.' --internal
  refund message rfd_01abc 'The dent.' \\
    --attach https://files.example/dent.jpg,SHA256,image/jpeg,81920")]
pub(crate) struct Message {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// What to write
    #[arg(allow_hyphen_values = true)]
    pub(crate) text: String,
    /// A file that lies elsewhere: its https address, SHA-256, media type and size in bytes
    #[arg(long, value_name = "URL,SHA256,TYPE,SIZE", value_parser = attachment)]
    pub(crate) attach: Vec<Value>,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// A note that the buyer is never shown (seller, operator)
    #[arg(long)]
    pub(crate) internal: bool,
    /// A note that only operators and the platform are shown (operator)
    #[arg(long, conflicts_with = "internal")]
    pub(crate) for_operators: bool,
    /// So that it can be sent again without being posted twice; random where left out
    #[arg(long, value_name = "KEY", help_heading = "Safety", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
}

/// An address may have commas, the others have none.
fn attachment(text: &str) -> Result<Value, String> {
    let mut parts = text.rsplitn(4, ',');
    let (size, media_type, sha256, url) = (parts.next(), parts.next(), parts.next(), parts.next());
    let size: Option<u32> = size.and_then(|size| size.parse().ok());
    let read = size.zip(media_type).zip(sha256).zip(url);
    let (((size, media_type), sha256), url) =
        read.ok_or("an address, a SHA-256, a media type and a size, in that order")?;
    Ok(json!({ "url": url, "sha256": sha256, "media_type": media_type, "size": size }))
}

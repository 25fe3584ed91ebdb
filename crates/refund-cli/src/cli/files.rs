//! Photos and documents on a refund.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum Files {
    /// Add photos (JPEG, PNG, WebP) or PDF, up to 10 MiB each
    #[command(after_help = "\
Examples:
  refund file add rfd_01abc dent.jpg invoice.pdf
  refund message rfd_01abc 'The dent.' --evidence SHA256")]
    Add(AddFiles),
    /// Save a file
    #[command(after_help = "\
Examples:
  refund file get rfd_01abc SHA256 --to dent.jpg
  refund file get rfd_01abc SHA256 > invoice.pdf")]
    Get(GetFile),
    /// Erase a file for good (operator)
    #[command(after_help = "\
Examples:
  refund file erase rfd_01abc SHA256
  refund file erase rfd_01abc SHA256 --yes")]
    Erase(EraseFile),
}

#[derive(Args)]
pub(crate) struct AddFiles {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// What to add; others see the file's name
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct GetFile {
    #[command(flatten)]
    pub(crate) which: WhichFile,
    /// Where to save it, where nothing is yet; standard output where left out
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct EraseFile {
    #[command(flatten)]
    pub(crate) which: WhichFile,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// A file of a refund.
#[derive(Args)]
pub(crate) struct WhichFile {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// The file's hash, as the refund names it
    #[arg(value_name = "SHA256", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) sha256: String,
}

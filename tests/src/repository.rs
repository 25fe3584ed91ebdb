//! What holds for every file of the project, looked for in the files themselves.

mod commands;
mod files;
mod imports;
mod lengths;
mod paths;
mod words;

pub use commands::{packages, readme_commands};
pub use files::{SourceFile, root, rust_files, text_files};

/// A rule of the repository, and where it is broken.
#[derive(Debug)]
pub struct Check {
    /// The rule.
    pub says: &'static str,
    /// Each place that breaks it, with what to do.
    pub broken: Vec<String>,
}

/// Every rule of the repository.
///
/// # Errors
/// A file that can't be read.
pub fn checks() -> Result<Vec<Check>, String> {
    let (texts, sources) = (text_files()?, rust_files()?);
    let check = |says, broken| Check { says, broken };
    Ok(vec![
        check("no source file has over 400 lines", lengths::files(&sources)),
        check("no function has over 70 lines", lengths::functions(&sources)),
        check("no files of a crate know each other in a circle", imports::in_circles(&sources)),
        check("no import points to a room on a floor further up", imports::pointing_up(&sources)),
        check("no test is ignored", words::ignored(&sources)),
        check(
            "clocks are read, threads sleep and sled is known in their rooms alone",
            words::outside_their_room(&sources),
        ),
        check("every snapshot belongs to a test", files::snapshots_without_a_test(&texts, &sources)),
        check("no file names a folder of the machine it was made on", words::machine_paths(&texts)),
        check("every refusal has a page", files::refusals_without_a_page()),
        check("the paths that the map of the rooms and SECURITY.md name exist", paths::lost(&texts)),
        check("the packages that a README runs exist", commands::unknown_packages(&texts)),
    ])
}

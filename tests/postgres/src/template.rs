//! A cluster that is initialised once for each PostgreSQL, and copied for each server in a tenth of the time.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::folder::{Folder, fastest};
use crate::programs::{Version, output, program, target};

/// Who owns the databases.
pub(crate) const OWNER: &str = "refund";

const INITDB: &[&str] =
    &["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync", "--no-instructions"];

/// Words in the order of dictionaries, as most databases have them: what relies on the order of bytes without saying so
/// is found.
const LIKE_MOST: &[&str] = &["--locale-provider=icu", "--icu-locale=en"];

/// Everybody from the folder, which is open to its owner alone; from loopback, which all on the machine can reach, only
/// whoever can do nothing outside of databases.
const LET_IN: &str = "local all all trust\nlocal replication all trust\nhost all refund 127.0.0.1/32 trust\n";

/// Beside the superuser. It may see what standbys do, as operators let theirs.
const ROLES: &str = "CREATE ROLE refund LOGIN;\nGRANT pg_monitor TO refund;\n";

/// What PostgreSQL shares with its processes of the moment is in its folder, and goes with it also after a kill.
const SETTINGS: &[(&str, &str)] = &[("dynamic_shared_memory_type", "mmap")];

/// Puts an initialised cluster into a folder.
pub(crate) fn copy_to(folder: &Folder, version: Version, programs: &Path) -> Result<(), String> {
    let order = match version {
        Version::Debian => LIKE_MOST,
        // The wheel has no ICU.
        Version::Newest => &[],
    };
    let failed = |error: std::io::Error| format!("{}: {error}", folder.path().display());
    let owner = std::fs::metadata(folder.path()).map_err(failed)?.uid();
    let exactly = output(program(&programs.join("postgres")).arg("--version"))?;
    // Another one for whatever would make another.
    let mut name = DefaultHasher::new();
    (owner, exactly, INITDB, order, LET_IN, ROLES, SETTINGS).hash(&mut name);
    let template = target().join(format!("postgres/{:016x}", name.finish()));
    if !template.exists() {
        make(&template, programs, order)?;
    }
    output(copy(&template, &folder.data()).stdout(folder.hold()?)).map(|_| ())
}

/// Makes it elsewhere: it is there when it is whole, and whoever else makes it at the same time does no harm.
fn make(template: &Path, programs: &Path, order: &[&str]) -> Result<(), String> {
    let place = Folder::new(&fastest())?;
    let mut initdb = place.command(&programs.join("initdb"))?;
    output(initdb.args(INITDB).args(order).arg("-D").arg(place.data())).map_err(|why| {
        let (reads, writes) = (programs.display(), place.path().display());
        format!("{why}\nFor root it runs as postgres, or else as nobody, who has to be let into {reads} and {writes}")
    })?;
    let failed = |error: std::io::Error| format!("a cluster could not be initialised: {error}");
    std::fs::write(place.data().join("pg_hba.conf"), LET_IN).map_err(failed)?;
    place.set(SETTINGS)?;
    let roles = place.path().join("roles.sql");
    std::fs::write(&roles, ROLES).map_err(failed)?;
    let mut alone = place.command(&programs.join("postgres"))?;
    alone.args(["--single", "-F", "-c", "exit_on_error=on", "-D"]).arg(place.data()).arg("postgres");
    output(alone.stdin(File::open(roles).map_err(failed)?))?;

    let clusters = template.parent().unwrap_or(template);
    std::fs::create_dir_all(clusters).map_err(failed)?;
    let beside = tempfile::tempdir_in(clusters).map_err(failed)?;
    let whole = beside.path().join("data");
    output(&mut copy(&place.data(), &whole))?;
    match std::fs::rename(&whole, template) {
        Err(error) if !template.exists() => Err(failed(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Copies with owners and rights, which PostgreSQL looks at.
fn copy(from: &Path, to: &Path) -> Command {
    let mut copy = program(Path::new("cp"));
    copy.arg("-a").arg(from).arg(to);
    copy
}

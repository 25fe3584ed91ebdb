//! `cargo xtask docs`: writes what is made from the code and the stories.

use refund_tests::documents::{all, stale, strays};
use refund_tests::repository::root;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Writes nothing; fails where a document is not as it would be written.
    #[arg(long)]
    pub(crate) check: bool,
}

pub(crate) fn run(args: &Args) -> Result<String, String> {
    let documents = all()?;
    let strays = strays(&documents);
    let old: Vec<_> = documents.iter().filter_map(|document| Some((document, stale(document)?))).collect();
    if args.check {
        let mut wrong: Vec<_> = old.into_iter().map(|(_, why)| why).collect();
        wrong.extend(strays.iter().map(|path| format!("{path} is made by nothing: remove it")));
        return if wrong.is_empty() {
            Ok(format!("{} documents are current", documents.len()))
        } else {
            Err(wrong.join("\n"))
        };
    }
    for (document, _) in &old {
        let path = root().join(&document.path);
        let folder = path.parent().ok_or_else(|| format!("{} is in no folder", document.path))?;
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", document.path))?;
        std::fs::write(&path, &document.text).map_err(|error| format!("{}: {error}", document.path))?;
        println!("wrote {}", document.path);
    }
    for stray in strays {
        std::fs::remove_file(root().join(&stray)).map_err(|error| format!("{stray}: {error}"))?;
        println!("removed {stray}");
    }
    Ok(format!("{} documents, {} of them new", documents.len(), old.len()))
}

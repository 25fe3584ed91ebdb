//! The photos and documents of a refund, as its page shows them (R43).

use refund_core::{FileHash, FileSize, NamedFiles, Refund, Role};

use crate::evidence;
use crate::pages::form::Form;
use crate::pages::visit::Visit;
use crate::pages::way::Way;

/// A file of a refund, as its page shows it.
#[derive(Clone)]
pub(crate) struct FileView {
    pub(crate) name: String,
    pub(crate) path: String,
    /// The small picture, where it is one.
    pub(crate) small: Option<String>,
    /// Whose side added it, and that in words.
    pub(crate) from: Role,
    pub(crate) by: String,
    pub(crate) added_at: String,
    pub(crate) is_erased: bool,
    pub(crate) sha256: FileHash,
    /// Whether whoever looks may name it: their side added it, and it is there.
    pub(crate) is_own: bool,
}

/// The files of a refund, the latest last, and whether whoever looks may add some.
pub(crate) struct Files {
    pub(crate) all: Vec<FileView>,
    pub(crate) may_add: bool,
    pub(crate) may_erase: bool,
    /// What the forms' addresses end with.
    pub(crate) query: String,
    /// Where the form with files goes.
    pub(crate) path: String,
    /// How many may come with one form, and how many bytes each may have.
    pub(crate) max: usize,
    pub(crate) bytes_max: u32,
}

impl FileView {
    /// Whether it was ticked in a form that did not go through.
    pub(crate) fn is_chosen(&self, form: &Form) -> bool {
        form.has("file", &self.sha256.to_string())
    }
}

impl Files {
    /// Whether there is any that whoever looks may name.
    pub(crate) fn has_own(&self) -> bool {
        self.all.iter().any(|file| file.is_own)
    }

    /// Those of that side's that are named.
    pub(crate) fn named(&self, named_files: &NamedFiles, by: Role) -> Vec<FileView> {
        named(&self.all, named_files.as_slice(), by)
    }

    /// As whoever works with the refund sees them.
    pub(crate) fn of_refund(visit: &Visit, refund: &Refund, role: Role) -> Self {
        Self::new(visit, refund, role, (&format!("/refunds/{}", refund.id), &Way::of(&visit.query).query()))
    }

    /// As somebody of that role sees them on the page with that path.
    pub(crate) fn new(visit: &Visit, refund: &Refund, role: Role, (path, query): (&str, &str)) -> Self {
        let reader = &visit.reader;
        let path = format!("{path}/files");
        let all = refund.evidence.iter().map(|added| {
            let file = &added.file;
            let whole = format!("{path}/{}", file.sha256);
            let unnamed = reader.term("file", &file.media_type.as_str().replace('/', "-"));
            let own = if role == Role::Buyer && added.by == Role::Buyer { Some(reader.say("buyer-you")) } else { None };
            FileView {
                name: if file.name.as_str().is_empty() { unnamed } else { file.name.as_str().to_owned() },
                small: evidence::is_picture(file.media_type).then(|| format!("{whole}?size=small")),
                path: whole,
                from: added.by,
                by: own.unwrap_or_else(|| reader.term("role", added.by.as_str())),
                added_at: reader.instant(added.added_at),
                is_erased: added.erased.is_some(),
                sha256: file.sha256,
                is_own: added.by == role && added.erased.is_none(),
            }
        });
        Self {
            all: all.collect(),
            may_add: visit.app.evidence.takes_files(),
            may_erase: role == Role::Operator,
            query: query.to_owned(),
            path: format!("{path}{query}"),
            max: NamedFiles::MAX,
            bytes_max: FileSize::MAX,
        }
    }
}

/// Those that are named, in that order: as that side added them, or else as another did, who may speak for it.
pub(super) fn named(files: &[FileView], named: &[FileHash], by: Role) -> Vec<FileView> {
    let one = |sha256: &FileHash| {
        let mut all = files.iter().filter(|file| file.sha256 == *sha256);
        all.clone().find(|file| file.from == by).or_else(|| all.next()).cloned()
    };
    named.iter().filter_map(one).collect()
}

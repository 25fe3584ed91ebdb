//! The photos and documents of a refund, as its page shows them (R43).

use refund_core::{FileSize, NamedFiles, Refund, Role};

use crate::evidence;
use crate::pages::form::Form;
use crate::pages::visit::Visit;

/// A file of a refund, as its page shows it.
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
    pub(crate) sha256: String,
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
        form.all("file").any(|chosen| chosen == self.sha256)
    }
}

impl Files {
    /// Whether there is any that whoever looks may name.
    pub(crate) fn has_own(&self) -> bool {
        self.all.iter().any(|file| file.is_own)
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
                sha256: file.sha256.to_string(),
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

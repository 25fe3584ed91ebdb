//! Somebody who is signed in and sets things up: each form carries the mark of the pages that they were shown.

use super::Server;
use super::browser::{Browser, Shown};

/// A demo, and before it the operator's person and the seller's.
pub(crate) fn demo(test: impl FnOnce(&Server, &mut Clerk, &mut Clerk)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (mut operator, mut seller) = (Clerk::operator(&server), Clerk::seller(&server));
    test(&server, &mut operator, &mut seller);
    server.stop();
}

/// One person before a screen.
pub(crate) struct Clerk<'s> {
    server: &'s Server,
    browser: Browser<'s>,
    mark: String,
}

impl<'s> Clerk<'s> {
    /// Nobody is signed in.
    pub(crate) fn nobody(server: &'s Server) -> Self {
        Self { server, browser: Browser::new(server), mark: String::new() }
    }

    /// The operator's person of a demo.
    pub(crate) fn operator(server: &'s Server) -> Self {
        Self::by_link(server, &server.link("operator"))
    }

    /// The seller's person of a demo.
    pub(crate) fn seller(server: &'s Server) -> Self {
        Self::by_link(server, &server.link("seller"))
    }

    /// Whoever a link lets in once.
    pub(crate) fn by_link(server: &'s Server, link: &str) -> Self {
        let mut clerk = Self { server, browser: Browser::signed_in(server, link), mark: String::new() };
        clerk.get("/refunds");
        clerk
    }

    /// The same who reads in that language.
    pub(crate) fn reading(self, language: &'static str) -> Self {
        let browser = Browser::reading(self.server, language);
        self.browser.cookie("__Host-session").iter().for_each(|session| browser.keep("__Host-session", session));
        Self { browser, ..self }
    }

    pub(crate) fn get(&mut self, path: &str) -> Shown {
        let shown = self.browser.open(path);
        self.look(shown)
    }

    /// Sends a form, with the mark of the pages that were shown.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let shown = self.browser.submit(path, &[&[("mark", self.mark.as_str())], fields].concat());
        self.look(shown)
    }

    /// What the forms of the pages carry that were shown.
    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    /// Sends a form with files, as it is.
    pub(crate) fn send_files(&self, path: &str, boundary: &str, form: &[u8]) -> Shown {
        self.browser.send_files(path, boundary, form)
    }

    /// Sends a form that stood on none of the pages that they were shown.
    pub(crate) fn forge(&self, path: &str) -> Shown {
        self.browser.submit(path, &[])
    }

    /// The same of a page that shows what it replaces.
    pub(crate) fn change(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let tag = self.get(path).hidden("tag");
        self.post(path, &[&[("tag", tag.as_str())], fields].concat())
    }

    fn look(&mut self, shown: Shown) -> Shown {
        let mark = shown.hidden("mark");
        if !mark.is_empty() {
            self.mark = mark;
        }
        shown
    }
}

impl Shown {
    /// What the page's first hidden field of that name holds; nothing where there is none.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.html.split_once(&start).map_or("", |(_, rest)| rest);
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    pub(crate) fn says(&self, html: &str) -> bool {
        self.html.contains(html)
    }

    /// What the page tells first, if it tells something.
    pub(crate) fn notice(&self) -> String {
        let after = |from: &str| self.html.split_once(from).map(|(_, rest)| rest.to_owned());
        let notice =
            ["notice good\"", "notice bad\"", "notice moved\" role=\"alert"].iter().find_map(|kind| after(kind));
        let notice =
            notice.and_then(|rest| rest.split_once("<p>").map(|(_, rest)| rest.to_owned())).unwrap_or_default();
        notice.split('<').next().unwrap_or_default().replace("&#39;", "'")
    }
}

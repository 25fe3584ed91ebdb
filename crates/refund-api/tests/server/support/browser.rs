//! A browser without scripts, as far as the tests of the pages need one: cookies, forms, and where it is sent.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::Server;

/// One browser with cookies of its own.
pub(crate) struct Browser<'s> {
    server: &'s Server,
    agent: ureq::Agent,
    cookies: RefCell<BTreeMap<String, String>>,
    language: &'static str,
}

/// What a browser was shown, or where it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) html: String,
    /// What was shown, where it is no page.
    pub(crate) bytes: Vec<u8>,
    pub(crate) headers: ureq::http::HeaderMap,
}

impl Shown {
    /// The text between the tags, with single spaces.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let mut in_tag = false;
        for c in self.html.chars() {
            match c {
                '<' => in_tag = true,
                '>' => {
                    in_tag = false;
                    text.push(' ');
                }
                c if !in_tag => text.push(c),
                _ => {}
            }
        }
        let text = text.replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The value of the first field of that name.
    pub(crate) fn field(&self, name: &str) -> String {
        let at = self.html.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no field {name}"));
        let rest = &self.html[at..];
        rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Where the page is shown that answers a form.
    pub(crate) fn answer(&self) -> Option<&str> {
        self.location.as_deref().filter(|location| self.status == 303 && location.contains("answer="))
    }

    pub(crate) fn location(&self) -> &str {
        self.location.as_deref().unwrap_or_default()
    }
}

impl<'s> Browser<'s> {
    pub(crate) fn new(server: &'s Server) -> Self {
        Self::reading(server, "en")
    }

    pub(crate) fn reading(server: &'s Server, language: &'static str) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Self { server, agent, cookies: RefCell::default(), language }
    }

    /// Somebody who signed in by a link; in a demo they need not choose a password with it.
    pub(crate) fn signed_in(server: &'s Server, link: &str) -> Self {
        let (browser, path) = (Self::new(server), server.path_of(link));
        let chosen = [("password", "three lamps and a boat")];
        let is_needed = browser.open(path).html.contains(" required");
        let shown = browser.submit(path, if is_needed { &chosen } else { &[] });
        assert_eq!((shown.status, shown.location()), (303, "/"));
        browser
    }

    /// Has the browser keep a cookie as it would have been sent one.
    pub(crate) fn keep(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub(crate) fn open(&self, path: &str) -> Shown {
        self.send("GET", path, &[], "")
    }

    /// A stream of changes, as it comes.
    pub(crate) fn listen(&self, path: &str) -> Listened {
        let request = ureq::http::Request::builder().uri(format!("{}{path}", self.server.base_url));
        let cookies = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let response = self.agent.run(request.header("Cookie", cookies.join("; ")).body(()).unwrap()).unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Listened(BufReader::new(response.into_body().into_reader()))
    }

    /// Sends a form; the page that answers it, where one does. A browser would send the form again with such a page,
    /// so it is always led there.
    pub(crate) fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let sent = self.send("POST", path, &[("Sec-Fetch-Site", "same-origin")], &form(fields));
        assert!(!matches!(sent.status, 200..=299 | 409 | 412 | 422), "{path}: a page answers a form: {}", sent.text());
        match sent.answer() {
            Some(answer) => self.open(answer),
            None => sent,
        }
    }

    /// The same with the mark of the page that it is on.
    pub(crate) fn submit_on(&self, page: &Shown, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mark = page.field("mark");
        let fields: Vec<_> = fields.iter().copied().chain([("mark", mark.as_str())]).collect();
        self.submit(path, &fields)
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Shown {
        self.send_of_type("application/x-www-form-urlencoded", method, path, headers, body.as_bytes())
    }

    /// Sends a form with files, whose parts are kept apart by that.
    pub(crate) fn send_files(&self, path: &str, boundary: &str, form: &[u8]) -> Shown {
        let of_type = format!("multipart/form-data; boundary={boundary}");
        self.send_of_type(&of_type, "POST", path, &[("Sec-Fetch-Site", "same-origin")], form)
    }

    fn send_of_type(&self, of_type: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Shown {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.server.base_url));
        let cookies = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        request = request.header("Cookie", cookies.join("; ")).header("Accept-Language", self.language);
        request = request.header("Content-Type", of_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.agent.run(request.body(body).unwrap()).unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.keep(name, value);
            }
        }
        let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        let headers = response.headers().clone();
        let bytes = response.body_mut().read_to_vec().unwrap_or_default();
        // A picture is no text.
        let html = String::from_utf8(bytes.clone()).unwrap_or_default();
        Shown { status: response.status().as_u16(), location, html, bytes, headers }
    }
}

/// What a page hears that listens.
pub(crate) struct Listened(BufReader<ureq::BodyReader<'static>>);

impl Listened {
    /// The next line that is not empty.
    pub(crate) fn next_line(&mut self) -> String {
        let mut line = String::new();
        while line.trim().is_empty() {
            line.clear();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the stream has ended");
        }
        line
    }

    /// All that comes until it ends.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).unwrap();
        rest
    }
}

/// Fields as a form sends them.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

impl Server {
    /// The links that the demo gave out, by whose they are.
    pub(crate) fn link(&self, whose: &str) -> String {
        self.demo_file["links"][whose].as_str().unwrap().to_owned()
    }

    /// A link for a person of another seller.
    pub(crate) fn others_sign_in_link(&self) -> String {
        self.sign_in_link("other-1", refund_store::KeyRole::Seller("seller-lights".parse().unwrap()))
    }

    /// The path of an address of this server.
    pub(crate) fn path_of<'u>(&self, url: &'u str) -> &'u str {
        url.strip_prefix(&self.base_url).unwrap()
    }

    /// The path of a refund's page for whoever works with it.
    pub(crate) fn page(&self, refund: &Value) -> String {
        format!("/refunds/{}", refund["id"].as_str().unwrap())
    }

    /// The path of a refund's page for its buyer.
    pub(crate) fn buyer_page(&self, refund: &Value) -> String {
        self.path_of(refund["buyer_link"]["url"].as_str().unwrap()).to_owned()
    }
}

/// How the queue names a refund to which nothing has happened but what changed it: the number of its last event is its
/// version then.
pub(crate) fn tick(refund: &Value) -> String {
    let version = &refund["version"];
    format!("{} {version} {version}", refund["id"].as_str().unwrap())
}

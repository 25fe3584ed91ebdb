//! What a browser keeps for the pages: who is signed in, and how they like to read.

use axum::http::{HeaderMap, HeaderValue, header};
use refund_core::Timestamp;

use super::reader::{Reader, Theme};
use super::text::Language;
use crate::app::App;

/// The session. The prefix lets no other host and no plain connection set it.
const SESSION: &str = "__Host-session";
/// That its person signed in here before. It opens nothing.
const KNOWN: &str = "__Host-known";
/// Language and theme, as they were chosen.
const READER: &str = "reader";
/// The time zone, as the browser said or the reader chose.
const ZONE: &str = "zone";
/// What a form has just done: the page that it leads to says so once.
const DONE: &str = "done";
/// How long that may take, in seconds.
const DONE_FOR: u32 = 60;
/// How long a choice is kept, in seconds: a year.
const KEPT_FOR: u32 = 31_536_000;

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// What the browser keeps of a session, if anything.
pub(crate) fn session(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SESSION)
}

/// Has the browser keep a session for so many seconds; none for 0.
pub(crate) fn set_session(secret: &str, seconds: u32) -> Option<HeaderValue> {
    let value = format!("{SESSION}={secret}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
    HeaderValue::from_str(&value).ok()
}

/// What the browser keeps of whoever signed in here before, if anybody did.
pub(crate) fn known(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, KNOWN)
}

/// Has the browser keep who signed in here.
pub(crate) fn set_known(mark: &str) -> Option<HeaderValue> {
    let value = format!("{KNOWN}={mark}; Path=/; Max-Age={KEPT_FOR}; HttpOnly; Secure; SameSite=Lax");
    HeaderValue::from_str(&value).ok()
}

/// Has the browser keep how somebody likes to read.
pub(crate) fn set_reader(language: Language, theme: Theme) -> Option<HeaderValue> {
    let value = format!("{READER}={}.{}; Path=/; Max-Age={KEPT_FOR}; SameSite=Lax", language.tag(), theme.name());
    HeaderValue::from_str(&value).ok()
}

/// Has the browser keep a time zone.
pub(crate) fn set_zone(zone: chrono_tz::Tz) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{ZONE}={}; Path=/; Max-Age={KEPT_FOR}; SameSite=Lax", zone.name())).ok()
}

/// What a form has just done, in one word.
pub(crate) fn done(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, DONE)
}

/// Has the page at that path say what was done. By a cookie, because an address could claim anything to whoever follows
/// a link.
pub(crate) fn set_done(what: &str, path: &str) -> Option<HeaderValue> {
    keep_done(what, path, DONE_FOR)
}

/// The page has said it: the cookie goes.
pub(crate) fn forget_done(path: &str) -> Option<HeaderValue> {
    keep_done("", path, 0)
}

fn keep_done(what: &str, path: &str, seconds: u32) -> Option<HeaderValue> {
    let value = format!("{DONE}={what}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&value).ok()
}

/// Whoever sends these headers, as a reader.
pub(crate) fn reader(headers: &HeaderMap, app: &App) -> Reader {
    let now: Timestamp = app.engine.store().now();
    let chosen = cookie(headers, READER).and_then(|value| value.split_once('.'));
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::accepted(header.unwrap_or_default())
    };
    Reader {
        language: chosen.and_then(|(language, _)| Language::from_tag(language)).unwrap_or_else(accepted),
        theme: chosen.and_then(|(_, theme)| Theme::from_name(theme)).unwrap_or_default(),
        zone: cookie(headers, ZONE).and_then(|zone| zone.replace("%2F", "/").replace("%2B", "+").parse().ok()),
        now,
        time_passes: !app.test_clock,
    }
}

//! An address of the web, kept as it was written.

use url::Url;

/// The longest, in characters.
pub(crate) const URL_MAX: usize = 2048;

/// Whether a text is one by one of these schemes, with a host and without a user.
pub(crate) fn is_url(text: &str, schemes: &[&str]) -> bool {
    // The parser mends what is written carelessly; whoever opens it may mend it to something else.
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let is_written_plainly = text.len() <= URL_MAX && text.bytes().all(is_plain);
    let is_one_of = |scheme: &str| schemes.iter().any(|own| scheme.eq_ignore_ascii_case(own));
    let says_so = text.split_once("://").is_some_and(|(scheme, rest)| is_one_of(scheme) && !rest.starts_with('/'));
    let url = Url::parse(text).ok().filter(|_| is_written_plainly && says_so);
    url.is_some_and(|url| url.has_host() && url.username().is_empty() && url.password().is_none())
}

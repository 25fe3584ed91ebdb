//! Which proxy is asked for a server.

use std::env;
use std::net::ToSocketAddrs;

use ureq::Proxy;
use ureq::http::Uri;

/// The proxy that the environment names for a server of that scheme. None for this machine, which no proxy can reach:
/// it would only be told the key.
pub(super) fn proxy(server: &Uri) -> Option<Proxy> {
    let is_exempt = Proxy::try_from_env()?.is_no_proxy(server);
    if is_exempt || server.host().is_none_or(is_this_machine) {
        return None;
    }
    let own = if server.scheme_str() == Some("https") { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let names = [own, "ALL_PROXY"].into_iter().flat_map(|name| [name.to_owned(), name.to_ascii_lowercase()]);
    names.filter_map(|name| env::var(name).ok()).find_map(|named| Proxy::new(&named).ok())
}

/// Whether a host is this machine by any of its names and numbers, such as `127.1`, for which nobody is asked.
fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = host.contains(':') || last.starts_with(|first: char| first.is_ascii_digit());
    is_number
        && (host.as_str(), 0).to_socket_addrs().is_ok_and(|mut found| {
            found.any(|found| found.ip().to_canonical().is_loopback() || found.ip().is_unspecified())
        })
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn this_machine_has_many_names() {
        for host in ["localhost", "LocalHost.", "refunds.localhost", "127.0.0.1", "127.9", "0x7f.1", "2130706433"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["[::1]", "::1", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["refunds.example", "localhost.example", "10.0.0.1", "[2606:4700::1111]", "1.1.1.1"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}

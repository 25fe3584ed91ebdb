//! From which address a call comes, where proxies pass it on.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that a call comes from: the nearest one that is no trusted proxy's.
///
/// A proxy writes one of the two headers and lets the other pass as the caller sent it. So where
/// both are there they have to agree; else nothing but the other end of the connection is sure.
pub(crate) fn of_caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusts(trusted, peer) {
        return peer;
    }
    let told = |name: HeaderName, read: fn(&str) -> Option<IpAddr>| {
        let lines = headers.get_all(&name);
        headers.contains_key(&name).then(|| nearest(peer, lines.iter().rev().flat_map(elements).map(read), trusted))
    };
    match (told(header::FORWARDED, forwarded_for), told(X_FORWARDED_FOR, address)) {
        (Some(one), Some(other)) if one != other => peer,
        (Some(address), _) | (None, Some(address)) => address,
        (None, None) => peer,
    }
}

/// Who is counted as one: of IPv6 whole networks, because each customer of a provider has one.
pub(crate) fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

pub(crate) fn trusts(trusted: &[IpNet], address: IpAddr) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// What a header's line lists, the last first: each proxy adds at the end.
fn elements(line: &HeaderValue) -> impl Iterator<Item = &str> {
    line.to_str().unwrap_or_default().rsplit(',')
}

/// Goes back from proxy to proxy as far as each is trusted and says from where it has the call.
fn nearest(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer;
    for hop in hops {
        let Some(hop) = hop.filter(|_| trusts(trusted, nearest)) else { break };
        nearest = hop;
    }
    nearest
}

/// The `for` of one element of `Forwarded` (RFC 7239), where it is an address.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(node.trim().trim_matches('"'))
}

/// An address, with a port or without, IPv6 in brackets or without.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: &str = "10.0.0.0/8,fd00::/8";

    fn caller(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let trusted: Vec<IpNet> = PROXIES.split(',').map(|net| net.parse().unwrap()).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        of_caller(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    #[test]
    fn who_is_no_trusted_proxy_comes_from_where_they_come() {
        assert_eq!(caller("192.0.2.1", &[("x-forwarded-for", "198.51.100.7")]), "192.0.2.1");
        assert_eq!(caller("::ffff:192.0.2.1", &[("forwarded", "for=198.51.100.7")]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_says_from_where_it_has_a_call() {
        for value in
            ["198.51.100.7", " 198.51.100.7:4711", "203.0.113.9, 198.51.100.7, 10.0.0.2", "rubbish, 198.51.100.7"]
        {
            assert_eq!(caller("10.0.0.1", &[("x-forwarded-for", value)]), "198.51.100.7", "{value}");
        }
        for value in
            ["for=198.51.100.7", "by=10.0.0.1;FOR=\"198.51.100.7:80\";proto=https", "for=203.0.113.9, for=198.51.100.7"]
        {
            assert_eq!(caller("::ffff:10.0.0.1", &[("forwarded", value)]), "198.51.100.7", "{value}");
        }
        assert_eq!(caller("fd00::1", &[("forwarded", "for=\"[2001:db8::7]:443\"")]), "2001:db8::7");
        assert_eq!(caller("fd00::1", &[("x-forwarded-for", "2001:db8::7")]), "2001:db8::7");
    }

    #[test]
    fn each_line_of_a_header_goes_on_where_the_one_before_ended() {
        let lines = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7, 10.0.0.2")];
        assert_eq!(caller("10.0.0.1", &lines), "198.51.100.7");
    }

    #[test]
    fn what_a_proxy_does_not_say_is_the_proxy_itself() {
        for value in ["", "unknown", "_hidden", "10.0.0.300", "198.51.100.7,", "198.51.100.7, unknown"] {
            assert_eq!(caller("10.0.0.1", &[("x-forwarded-for", value)]), "10.0.0.1", "{value:?}");
            assert_eq!(caller("10.0.0.1", &[("forwarded", value)]), "10.0.0.1", "{value:?}");
        }
        assert_eq!(caller("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_header_that_the_proxy_only_let_pass_can_not_make_one_caller_another() {
        let sent = [("forwarded", "for=198.51.100.7"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(caller("10.0.0.1", &sent), "10.0.0.1");
        let alike = [("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(caller("10.0.0.1", &alike), "203.0.113.9");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_caller() {
        let network = |text: &str| counted(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}

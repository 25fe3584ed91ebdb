//! Where a message may go: nowhere that only this machine or its network can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// How long an address may be.
pub(crate) const URL_LEN_MAX: usize = 2048;

/// How far messages may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses, by https.
    Public,
    /// To any address, also without TLS: for trying out, with receivers on the same machine.
    Anywhere,
}

/// Why nothing is sent there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Forbidden {
    #[error("not an address such as https://example.com/hook")]
    NotAUrl,
    #[error("longer than {URL_LEN_MAX} characters")]
    TooLong,
    #[error("not https")]
    NotHttps,
    #[error("a user or password in it")]
    UserInfo,
    #[error("{0} is not a public address")]
    NotPublic(IpAddr),
    #[error("the name has no address")]
    NoAddress,
}

/// Addresses of version 4 that are not everybody's, as IANA lists them.
const NOT_PUBLIC_V4: [Ipv4Net; 17] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 31, 196, 0], 24),
    v4([192, 52, 193, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([192, 175, 48, 0], 24),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    // Multicast, what is reserved, and broadcast.
    v4([224, 0, 0, 0], 3),
];

/// All that is given out of version 6; what maps addresses of version 4 is outside, but for what is named below.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// What within is not everybody's: Teredo and its neighbours, documentation, 6to4.
const NOT_PUBLIC_V6: [Ipv6Net; 4] =
    [v6([0x2001, 0], 23), v6([0x2001, 0xdb8], 32), v6([0x2002, 0], 16), v6([0x3fff, 0], 20)];

/// By which IPv6 reaches IPv4 (NAT64): the address is as public as the one of version 4 within.
const TRANSLATED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
/// The same for a network's own use, which decides where in the address the other stands.
const TRANSLATED_WITHIN: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48);

const fn v4(octets: [u8; 4], length: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(beginning: [u16; 2], length: u8) -> Ipv6Net {
    let [a, b] = beginning;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) if TRANSLATED.contains(&address) => is_public_v4(last_in(address)),
        IpAddr::V6(address) if TRANSLATED_WITHIN.contains(&address) => {
            // Which reading is the network's own nobody here knows: each has to be public that can be an address at all.
            let readings = readings(address).into_iter().filter(|reading| reading.octets()[0] != 0);
            let public: Vec<bool> = readings.map(is_public_v4).collect();
            !public.is_empty() && public.into_iter().all(|is_public| is_public)
        }
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&address)),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !NOT_PUBLIC_V4.iter().any(|net| net.contains(&address))
}

/// The address of version 4 that stands at the end.
fn last_in(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

/// Every address of version 4 that may be meant, by the length of the prefix before it: 48, 56, 64 or 96 bits (RFC
/// 6052). The ninth octet is none of it.
fn readings(address: Ipv6Addr) -> [Ipv4Addr; 4] {
    let [.., a, b, _, c, d, e, f, _, _, _] = address.octets();
    [Ipv4Addr::new(a, b, c, d), Ipv4Addr::new(b, c, d, e), Ipv4Addr::new(c, d, e, f), last_in(address)]
}

impl Reach {
    /// Reads the address of an endpoint. A host that is a number in any notation comes out as the
    /// address that it is.
    pub(crate) fn url(self, text: &str) -> Result<Url, Forbidden> {
        if text.len() > URL_LEN_MAX {
            return Err(Forbidden::TooLong);
        }
        let url = Url::parse(text).map_err(|_| Forbidden::NotAUrl)?;
        // What an address can't hold as it is takes three characters for each of its bytes.
        if url.as_str().len() > URL_LEN_MAX {
            return Err(Forbidden::TooLong);
        }
        match (url.scheme(), self) {
            ("https", _) | ("http", Self::Anywhere) => {}
            _ => return Err(Forbidden::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::UserInfo);
        }
        match url.host().ok_or(Forbidden::NotAUrl)? {
            Host::Domain(_) => {}
            Host::Ipv4(address) => self.address(address.into())?,
            Host::Ipv6(address) => self.address(address.into())?,
        }
        Ok(url)
    }

    fn address(self, address: IpAddr) -> Result<(), Forbidden> {
        match self {
            Self::Anywhere => Ok(()),
            Self::Public if is_public(address) => Ok(()),
            Self::Public => Err(Forbidden::NotPublic(address)),
        }
    }

    /// Those of the addresses that a name was found to have that may be sent to. Connect to these, and don't look the
    /// name up again: it may have others then.
    /// Fails with why the first of them may not be sent to, where none may.
    pub(crate) fn addresses(self, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Forbidden> {
        let (mut addresses, mut why) = (Vec::new(), None);
        for found in found {
            match self.address(found.ip()) {
                Ok(()) => addresses.push(found),
                Err(forbidden) => why = why.or(Some(forbidden)),
            }
        }
        if addresses.is_empty() { Err(why.unwrap_or(Forbidden::NoAddress)) } else { Ok(addresses) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each is an address within, in a form that someone tried somewhere.
    const WITHIN: [&str; 54] = [
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/",
        "https://127.1/",
        "https://127.255.255.254/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://%31%32%37.0.0.1/",
        "https://１２７.0.0.1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://192.0.0.192/",
        "https://192.0.2.1/",
        "https://198.18.0.1/",
        "https://198.51.100.7/",
        "https://203.0.113.9/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b:1::1]/",
        "https://[64:ff9b:1::192.168.1.1]/",
        // 10.0.0.1 behind a prefix of 48 bits, whatever else is written behind it.
        "https://[64:ff9b:1:a00:0:100::]/",
        "https://[64:ff9b:1:a00:0:100:808:808]/",
        "https://[64:ff9b:2::808:808]/",
        "https://[2002:7f00:1::]/",
        "https://[2001::1]/",
        "https://[2001:db8::1]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[fd00:ec2::254]/",
        "https://[3fff::1]/",
        "https://[2001:2::1]/",
        "https://[ff02::1]/",
    ];

    #[test]
    fn no_form_of_an_address_within_is_taken() {
        for text in WITHIN {
            let refused = Reach::Public.url(text);
            assert!(matches!(refused, Err(Forbidden::NotPublic(_))), "{text}: {refused:?}");
        }
    }

    #[test]
    fn public_addresses_and_names_are_taken_with_any_port() {
        for text in [
            "https://example.com/hook?a=b",
            "https://example.com:65535",
            "https://1.1.1.1/",
            "https://100.63.255.255/",
            "https://172.32.0.1/",
            "https://[2606:4700::1111]/",
            "https://[64:ff9b::8.8.8.8]/",
            "https://[64:ff9b:1::8.8.8.8]/",
            "https://[64:ff9b:1:808:8:800::]/",
            "https://[2a00:1450::1]:8443/",
        ] {
            assert!(Reach::Public.url(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_https_url_is_refused_for_that() {
        let long = format!("https://example.com/{}", "a".repeat(URL_LEN_MAX));
        for (text, why) in [
            ("", Forbidden::NotAUrl),
            ("example.com", Forbidden::NotAUrl),
            ("https://", Forbidden::NotAUrl),
            ("https://256.0.0.1/", Forbidden::NotAUrl),
            ("https://[fe80::1%25eth0]/", Forbidden::NotAUrl),
            ("http://example.com/", Forbidden::NotHttps),
            ("ftp://example.com/", Forbidden::NotHttps),
            ("file:///etc/passwd", Forbidden::NotHttps),
            ("gopher://example.com/", Forbidden::NotHttps),
            ("https://user@example.com/", Forbidden::UserInfo),
            ("https://user:password@example.com/", Forbidden::UserInfo),
            ("https://example.com@127.0.0.1/", Forbidden::UserInfo),
            (&long, Forbidden::TooLong),
            (&format!("https://example.com/{}", "\u{e9}".repeat(URL_LEN_MAX / 3)), Forbidden::TooLong),
        ] {
            assert_eq!(Reach::Public.url(text), Err(why), "{text}");
        }
    }

    #[test]
    fn of_a_names_addresses_those_within_are_left_out() {
        let outside: SocketAddr = "1.1.1.1:443".parse().unwrap();
        let within: SocketAddr = "10.0.0.1:443".parse().unwrap();
        for found in [[outside, within], [within, outside], [outside, outside]] {
            let kept = Reach::Public.addresses(found.into_iter()).unwrap();
            assert!(!kept.is_empty() && kept.iter().all(|kept| *kept == outside), "{kept:?}");
        }
        assert_eq!(Reach::Public.addresses([within].into_iter()), Err(Forbidden::NotPublic(within.ip())));
        assert_eq!(Reach::Public.addresses(std::iter::empty()), Err(Forbidden::NoAddress));
        assert_eq!(Reach::Anywhere.addresses([within].into_iter()), Ok(vec![within]));
    }

    #[test]
    fn for_trying_out_a_receiver_may_be_on_the_same_machine() {
        assert!(Reach::Anywhere.url("http://127.0.0.1:9000/hook").is_ok());
        assert_eq!(Reach::Anywhere.url("ftp://127.0.0.1/"), Err(Forbidden::NotHttps));
    }
}

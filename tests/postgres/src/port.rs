//! A port that a server can have for itself.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

/// Below those that the system gives to connections that go out: nobody takes one by chance while a server is down.
pub(crate) const RANGE: Range<u16> = 20_000..32_000;

/// Ports that are free at the moment. Each process begins elsewhere, and gives none twice before it has given all.
pub(crate) fn free() -> impl Iterator<Item = u16> {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(97);
    let ports = RANGE.map(move |_| begin.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)));
    let ports = ports.filter_map(|number| u16::try_from(number % u32::from(RANGE.end - RANGE.start)).ok());
    ports.map(|number| RANGE.start + number).filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over_and_none_is_given_twice() {
        let first = free().next().expect("a free port");
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 1)).expect("another");
        let more: Vec<_> = free().take(3).collect();
        assert_eq!(more.len(), 3);
        assert!(more.iter().all(|port| RANGE.contains(port) && *port > first + 1), "{first} {more:?}");
        drop(taken);
    }
}

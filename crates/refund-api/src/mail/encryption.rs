//! How what is said to a mail server is kept from others.

/// How what is sent is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    /// By nothing: the mail server is on this machine.
    None,
    /// By TLS once it was greeted; nothing is said to one that has none.
    StartTls,
    /// By TLS from the first byte.
    Tls,
}

//! A browser in which somebody has signed in before is known again: others who try their name hold them up nowhere.

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use refund_store::User;
use sha2::Sha256;

use crate::secrets::keyed;

/// Marks browsers, each for whoever signed in there.
pub(crate) struct KnownBrowsers(Hmac<Sha256>);

impl KnownBrowsers {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret, b"browser"))
    }

    /// What a browser keeps in which somebody signed in. It opens nothing, is the same in all of theirs, and ends with
    /// their password.
    pub(crate) fn mark(&self, user: &User) -> String {
        HEXLOWER.encode(&self.mac(user).finalize().into_bytes())
    }

    /// Whether a browser keeps what it was given for that person.
    pub(crate) fn knows(&self, user: &User, kept: &str) -> bool {
        HEXLOWER.decode(kept.as_bytes()).is_ok_and(|mark| self.mac(user).verify_slice(&mark).is_ok())
    }

    fn mac(&self, user: &User) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(user.id.as_bytes());
        mac.update(&[0]);
        mac.update(user.password.as_deref().unwrap_or_default().as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use refund_store::KeyRole;

    use super::*;

    #[test]
    fn a_browser_is_known_for_whoever_signed_in_there_as_long_as_their_password_is_the_same() {
        let browsers = KnownBrowsers::new(&[7; 32]);
        let ann = User::new("usr_1".to_owned(), "Ann".parse().unwrap(), KeyRole::Operator);
        let user = User { password: Some("a hash".to_owned()), ..ann };
        let kept = browsers.mark(&user);
        assert!(browsers.knows(&user, &kept));
        for forged in ["", "00", &kept[2..], &kept.replace(['0', '1', '2', '3'], "f")] {
            assert!(!browsers.knows(&user, forged), "{forged}");
        }
        assert!(!browsers.knows(&User { id: "usr_2".to_owned(), ..user.clone() }, &kept));
        assert!(!browsers.knows(&User { password: Some("another".to_owned()), ..user.clone() }, &kept));
        assert!(!KnownBrowsers::new(&[8; 32]).knows(&user, &kept));
    }
}

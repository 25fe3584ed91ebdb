//! A browser in which somebody has signed in before is known again: others who try their name hold them up nowhere.

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::machine::entropy;
use crate::secrets::keyed;

/// Marks browsers, each for whoever signed in there.
pub(crate) struct KnownBrowsers(Hmac<Sha256>);

impl KnownBrowsers {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret, b"browser"))
    }

    /// What a browser keeps in which somebody of that id signed in. It opens nothing.
    pub(crate) fn mark(&self, user_id: &str) -> String {
        let browser = HEXLOWER.encode(&entropy::bytes::<16>());
        let mark = HEXLOWER.encode(&self.mac(user_id, &browser).finalize().into_bytes());
        format!("{browser}.{mark}")
    }

    /// Which browser that is, where it keeps what it was given for that person.
    pub(crate) fn known<'k>(&self, user_id: &str, kept: &'k str) -> Option<&'k str> {
        let (browser, mark) = kept.split_once('.')?;
        let mark = HEXLOWER.decode(mark.as_bytes()).ok()?;
        self.mac(user_id, browser).verify_slice(&mark).ok().map(|()| browser)
    }

    fn mac(&self, user_id: &str, browser: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(user_id.as_bytes());
        mac.update(&[0]);
        mac.update(browser.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_for_whoever_signed_in_there_alone() {
        let browsers = KnownBrowsers::new(&[7; 32]);
        let kept = browsers.mark("usr_1");
        let (browser, mark) = kept.split_once('.').unwrap();
        assert_eq!(browsers.known("usr_1", &kept), Some(browser));
        assert_eq!(browsers.known("usr_2", &kept), None);
        for forged in ["", ".", browser, &format!("x.{mark}"), &format!("{browser}."), &format!("{browser}.00")] {
            assert_eq!(browsers.known("usr_1", forged), None, "{forged}");
        }
        assert_eq!(KnownBrowsers::new(&[8; 32]).known("usr_1", &kept), None);
    }
}

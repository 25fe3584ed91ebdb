//! The second factor of whoever signs in: codes of their phone, and recovery codes for when it is gone.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hmac::{Hmac, Mac};
use refund_core::Timestamp;
use refund_store::{SecondFactor, Shown, User};
use sha2::Sha256;
use totp_rs::{Builder, Totp};

use super::hash;
use crate::machine::entropy;
use crate::secrets::keyed;

/// How many recovery codes somebody is given.
const RECOVERY_CODES: usize = 10;
/// How many characters a recovery code has: 80 bits, so that its hash gives nothing away.
const RECOVERY_LEN: usize = 16;
/// How many digits a code has, and how many steps before and after the present one are taken.
const DIGITS: u8 = 6;
const SKEW: u16 = 1;
/// How long it counts that a password was right, in milliseconds.
const PASSED_FOR: i64 = 300_000;

/// Makes and reads what belongs to second factors. Nothing secret of it is stored.
pub(crate) struct SecondFactors {
    secrets: Hmac<Sha256>,
    passes: Hmac<Sha256>,
    /// What an app on a phone calls the codes' place.
    issuer: String,
}

/// What somebody sets their phone up with.
pub(crate) struct SetUpWith {
    /// The secret, to be typed.
    pub(crate) secret: String,
    /// The same as an address that a phone reads.
    pub(crate) url: String,
}

impl SecondFactors {
    /// Those of a server that is reached at that host; `secret` makes what nobody else can make.
    pub(crate) fn new(secret: &[u8; 32], issuer: &str) -> Self {
        let issuer = issuer.replace(':', ".");
        Self { secrets: keyed(secret, b"second factor"), passes: keyed(secret, b"password was right"), issuer }
    }

    /// What makes their codes, for that number.
    fn totp(&self, user: &User, nonce: &[u8; 16]) -> Option<Totp> {
        let mut mac = self.secrets.clone();
        mac.update(user.id.as_bytes());
        mac.update(&[0]);
        mac.update(nonce);
        let made: [u8; 32] = mac.finalize().into_bytes().into();
        let secret: [u8; 20] = *made.first_chunk()?;
        let builder = Builder::new().with_digits(DIGITS).with_skew(SKEW).with_secret(secret);
        // A colon sets the issuer off from the name.
        let name = user.name.as_str().replace(':', ".");
        builder.with_issuer(Some(self.issuer.as_str())).with_account_name(name.as_str()).build().ok()
    }

    /// What they set their phone up with.
    pub(crate) fn set_up_with(&self, user: &User, nonce: &[u8; 16]) -> Option<SetUpWith> {
        let totp = self.totp(user, nonce)?;
        Some(SetUpWith { secret: totp.secret().to_base32(), url: totp.to_url().ok()? })
    }

    /// Their second factor, once they show a code of it; and the recovery codes, which nobody sees again.
    pub(crate) fn begun(
        &self,
        user: &User,
        nonce: [u8; 16],
        typed: &str,
        now: Timestamp,
    ) -> Option<(SecondFactor, Vec<String>)> {
        let last_step = self.step(user, &nonce, &plain(typed), now)?;
        let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| BASE32_NOPAD.encode(&entropy::bytes::<10>())).collect();
        let recovery = codes.iter().map(|code| hash(code)).collect();
        Some((SecondFactor { nonce, last_step, recovery }, codes.iter().map(|code| in_groups(code)).collect()))
    }

    /// What they typed, if it is good: a code that was not used yet, or a recovery code that was not.
    pub(crate) fn shown(&self, user: &User, typed: &str, now: Timestamp) -> Option<Shown> {
        let (factor, typed) = (user.second_factor.as_ref()?, plain(typed));
        let shown = if typed.len() == RECOVERY_LEN {
            Shown::Recovery(hash(&typed))
        } else {
            Shown::Step(self.step(user, &factor.nonce, &typed, now)?)
        };
        factor.used(shown).map(|_| shown)
    }

    fn step(&self, user: &User, nonce: &[u8; 16], code: &str, now: Timestamp) -> Option<u64> {
        let seconds = u64::try_from(now.as_millis() / 1000).ok()?;
        self.totp(user, nonce)?.check(code, seconds)
    }

    /// What says for a while that their password was right, where a code is asked for next.
    pub(crate) fn pass(&self, user: &User, now: Timestamp) -> String {
        let until = now.as_millis().saturating_add(PASSED_FOR);
        format!("{until}.{}", HEXLOWER.encode(&self.pass_mac(user, until).finalize().into_bytes()))
    }

    /// Whether that says so of them, still.
    pub(crate) fn has_passed(&self, user: &User, pass: &str, now: Timestamp) -> bool {
        let read = || {
            let (until, mark) = pass.split_once('.')?;
            let (until, mark): (i64, _) = (until.parse().ok()?, HEXLOWER.decode(mark.as_bytes()).ok()?);
            let is_ours = self.pass_mac(user, until).verify_slice(&mark).is_ok();
            Some(is_ours && now.as_millis() < until)
        };
        read().unwrap_or(false)
    }

    fn pass_mac(&self, user: &User, until: i64) -> Hmac<Sha256> {
        let mut mac = self.passes.clone();
        mac.update(&until.to_be_bytes());
        mac.update(user.id.as_bytes());
        mac.update(&[0]);
        mac.update(user.password.as_deref().unwrap_or_default().as_bytes());
        mac
    }
}

/// What somebody typed, as it was meant: with digits of any width, and whatever sets groups off left out.
fn plain(typed: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c).saturating_sub(0xFEE0)).unwrap_or(c),
        other => other.to_ascii_uppercase(),
    };
    typed.chars().map(narrow).filter(|c| !c.is_whitespace() && *c != '-').take(64).collect()
}

/// Groups of four are read and typed more easily.
pub(crate) fn in_groups(code: &str) -> String {
    let chars: Vec<_> = code.chars().collect();
    chars.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use refund_store::KeyRole;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).unwrap()
    }

    fn ann() -> User {
        User::new("usr_1".to_owned(), "Ann: of the shop".parse().unwrap(), KeyRole::Operator)
    }

    fn factors() -> SecondFactors {
        SecondFactors::new(&[7; 32], "refunds.example.com")
    }

    /// The code of an instant, as a phone shows it.
    fn code(user: &User, nonce: [u8; 16], second: u64) -> String {
        factors().totp(user, &nonce).unwrap().generate(second).to_string()
    }

    fn with_factor() -> (User, Vec<String>) {
        let nonce = [3; 16];
        let begun = factors().begun(&ann(), nonce, &code(&ann(), nonce, 90), at(90)).unwrap();
        (User { second_factor: Some(begun.0), ..ann() }, begun.1)
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let totp = Builder::new().with_digits(8).with_skew(SKEW).with_secret(*b"12345678901234567890").build().unwrap();
        for (second, expected) in [(59, "94287082"), (1_111_111_109, "07081804"), (20_000_000_000, "65353130")] {
            assert_eq!(totp.generate(second).to_string(), expected);
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_step_before_and_after() {
        let (user, _) = with_factor();
        let shown =
            |user: &User, second: u64, now: i64| factors().shown(user, &code(user, [3; 16], second), at(now)).is_some();
        assert!(!shown(&user, 90, 90), "the code that it was set up with is used");
        assert!([90, 120, 179].into_iter().all(|now| shown(&user, 120, now)));
        assert!(!shown(&user, 120, 180) && !shown(&user, 240, 209));
        let used = user.second_factor.clone().unwrap().used(Shown::Step(4)).unwrap();
        let user = User { second_factor: Some(used), ..user };
        assert!(!shown(&user, 120, 130), "the same is no good again");
        assert!(!shown(&user, 90, 119), "nor one before it");
        assert!(shown(&user, 150, 150));
    }

    #[test]
    fn what_is_typed_is_taken_as_it_was_meant_and_nothing_else_is_taken() {
        let (user, codes) = with_factor();
        let digits = code(&user, [3; 16], 120);
        let wide: String = digits.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        for typed in [format!(" {} {} ", &digits[..3], &digits[3..]), wide] {
            assert!(factors().shown(&user, &typed, at(120)).is_some(), "{typed}");
        }
        let other = if digits == "000000" { "000001" } else { "000000" };
        for typed in
            ["", "0", &digits[1..], &format!("{digits}0"), "abcdef", "+12345", "²²²²²²", other, &"9".repeat(10_000)]
        {
            assert!(factors().shown(&user, typed, at(120)).is_none(), "{typed}");
        }
        assert_eq!((codes.len(), codes[0].len()), (10, 19));
        let typed = codes[4].to_lowercase().replace('-', " ");
        let shown = factors().shown(&user, &typed, at(0)).unwrap();
        let rest = user.second_factor.clone().unwrap().used(shown).unwrap();
        let user = User { second_factor: Some(rest), ..user };
        assert!(factors().shown(&user, &codes[4], at(0)).is_none(), "each is good once");
        assert!(factors().shown(&user, &codes[5], at(0)).is_some());
        assert!(factors().shown(&ann(), &codes[5], at(0)).is_none());
    }

    #[test]
    fn each_person_number_and_server_has_another_secret() {
        let with = |factors: SecondFactors, user: &User, nonce| factors.set_up_with(user, &nonce).unwrap().secret;
        let own = with(factors(), &ann(), [3; 16]);
        assert_eq!(own, with(factors(), &ann(), [3; 16]));
        let other = User { id: "usr_2".to_owned(), ..ann() };
        assert_ne!(own, with(factors(), &other, [3; 16]));
        assert_ne!(own, with(factors(), &ann(), [4; 16]));
        assert_ne!(own, with(SecondFactors::new(&[8; 32], "h"), &ann(), [3; 16]));
        let url = factors().set_up_with(&ann(), &[3; 16]).unwrap().url;
        let begins = "otpauth://totp/refunds.example.com:Ann.%20of%20the%20shop?secret=";
        assert!(url.starts_with(begins) && url.contains("issuer=refunds.example.com"), "{url}");
    }

    #[test]
    fn that_a_password_was_right_counts_for_five_minutes_and_for_that_password() {
        let factors = factors();
        let user = User { password: Some("a hash".to_owned()), ..ann() };
        let pass = factors.pass(&user, at(0));
        assert!(factors.has_passed(&user, &pass, at(299)) && !factors.has_passed(&user, &pass, at(300)));
        assert!(!factors.has_passed(&User { password: None, ..user.clone() }, &pass, at(0)));
        assert!(!factors.has_passed(&User { id: "usr_2".to_owned(), ..user.clone() }, &pass, at(0)));
        let later = pass.replacen("300000", "900000", 1);
        assert!(later != pass && !factors.has_passed(&user, &later, at(0)));
        for forged in ["", ".", "300000.", "x.00", &pass[1..]] {
            assert!(!factors.has_passed(&user, forged, at(0)), "{forged}");
        }
    }
}

//! How somebody is reached (R41).

use serde::{Deserialize, Serialize};

use crate::checked::checked;

/// The longest of each, in characters.
const EMAIL_MAX: usize = 254;
const PHONE_MAX: usize = 32;
const LANGUAGE_MAX: usize = 35;
const TIME_ZONE_MAX: usize = 64;
/// What an address for mail looks like.
#[cfg(feature = "openapi")]
const EMAIL: &str = r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";

/// How somebody is reached: by what of it there is, in their language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// By mail.
    pub email: Option<EmailAddress>,
    /// By telephone, for the platform's own gateway.
    pub phone: Option<PhoneNumber>,
    /// In which language; the server's own where it speaks another.
    pub language: Option<LanguageTag>,
    /// In which time zone instants are told; in UTC without one, or where the server knows none of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneName>,
}

/// What can't be a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContact {
    /// No address.
    #[error("an e-mail address is a name, @ and a domain, at most 254 characters of ASCII, without spaces or quotes")]
    Email,
    /// No number.
    #[error("a telephone number is 3 to 32 of digits, spaces, +, -, ( and ), with a digit among them")]
    Phone,
    /// No language.
    #[error("a language is 2 to 35 letters, digits and hyphens, such as zh-Hant")]
    Language,
    /// No time zone.
    #[error(
        "a time zone is a name of the IANA database, such as Asia/Shanghai: 1 to 64 letters, digits, _, + and -, in parts \
         with / between"
    )]
    TimeZone,
}

checked! { InvalidContact:
    /// An address for mail: one `@`, at most 254 characters of ASCII, none that could end a line or begin another
    /// address. A domain of other scripts is given in its ASCII form.
    EmailAddress: is_email_address or Email, 3, EMAIL_MAX, EMAIL;
    /// A telephone number as it is dialled: 3 to 32 of digits, spaces, `+`, `-`, `(` and `)`, with a digit among them.
    PhoneNumber: is_phone_number or Phone, 3, PHONE_MAX, "^[0-9 +()-]*[0-9][0-9 +()-]*$";
    /// A language as BCP 47 writes it, such as `zh-Hant`: 2 to 35 letters, digits and hyphens.
    LanguageTag: is_language_tag or Language, 2, LANGUAGE_MAX, "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$";
    /// The name of a time zone as IANA writes it, such as `Asia/Shanghai`: 1 to 64 letters, digits, `_`, `+` and `-`, in
    /// parts with `/` between. Whether there is such a zone is not known here: there are others every year.
    TimeZoneName: is_time_zone_name or TimeZone, 1, TIME_ZONE_MAX, "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$";
}

/// What mail servers take everywhere: dots only between other signs, and a domain of labels.
fn is_email_address(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        let of_label = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && of_label && !label.starts_with('-') && !label.ends_with('-')
    };
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let is_name = name.len() <= 64 && name.split('.').all(|part| !part.is_empty() && part.bytes().all(is_of_name));
    text.len() <= EMAIL_MAX && is_name && domain.split('.').all(is_label)
}

fn is_phone_number(text: &str) -> bool {
    let is_of_number = |byte: u8| byte.is_ascii_digit() || b" +-()".contains(&byte);
    (3..=PHONE_MAX).contains(&text.len())
        && text.bytes().all(is_of_number)
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_language_tag(text: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=LANGUAGE_MAX).contains(&text.len()) && text.split('-').all(is_part)
}

fn is_time_zone_name(text: &str) -> bool {
    let is_of_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    text.len() <= TIME_ZONE_MAX && text.split('/').all(|part| !part.is_empty() && part.bytes().all(is_of_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_servers_take_and_nothing_more() {
        for good in ["kim@example.com", "a.b+c@x-y.example", "o'neil@example", "a@b"] {
            assert!(good.parse::<EmailAddress>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "kim",
            "@example.com",
            "kim@",
            "kim@@example.com",
            "k m@example.com",
            "kim@example.com\r\nBcc: b@example.com",
            "kim@example.com,b@example.com",
            "<kim@example.com>",
            "\"kim\"@example.com",
            ".kim@example.com",
            "kim.@example.com",
            "ki..m@example.com",
            "kim@-example.com",
            "kim@example..com",
            "kím@example.com",
            "kim@exämple.com",
            "kim@[127.0.0.1]",
            "a\u{202e}@example.com",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("a@{}", "example.".repeat(40)),
        ] {
            assert_eq!(bad.parse::<EmailAddress>(), Err(InvalidContact::Email), "{bad:?}");
        }
    }

    #[test]
    fn a_number_has_a_digit_and_a_language_has_parts() {
        assert!("+86 (21) 5555-0100".parse::<PhoneNumber>().is_ok() && "110".parse::<PhoneNumber>().is_ok());
        for bad in ["", "11", "+-()", "555x", "5\n55", "１２３", &"5".repeat(33)] {
            assert_eq!(bad.parse::<PhoneNumber>(), Err(InvalidContact::Phone), "{bad:?}");
        }
        assert!("zh-Hant".parse::<LanguageTag>().is_ok() && "en".parse::<LanguageTag>().is_ok());
        for bad in ["", "e", "en_GB", "zh--Hant", "-en", "en-", "englishplease", &"en-".repeat(12)] {
            assert_eq!(bad.parse::<LanguageTag>(), Err(InvalidContact::Language), "{bad:?}");
        }
    }

    #[test]
    fn a_time_zone_has_a_name_of_parts() {
        for good in ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+8", "America/Port-au-Prince"] {
            assert!(good.parse::<TimeZoneName>().is_ok(), "{good}");
        }
        for bad in ["", "/", "Asia/", "/Asia", "Asia//Shanghai", "Asia/Shang hai", "+08:00", "亞洲", &"a".repeat(65)]
        {
            assert_eq!(bad.parse::<TimeZoneName>(), Err(InvalidContact::TimeZone), "{bad:?}");
        }
    }
}

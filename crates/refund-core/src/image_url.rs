//! Where a picture of goods lies.

use crate::checked::checked;
use crate::url_text::{URL_MAX, is_url};

/// Not an address of a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidImageUrl {
    /// Not an address that a server may ask.
    #[error(
        "must be a URL such as https://example.com/bin.jpg, without a user, in at most {URL_MAX} visible ASCII characters"
    )]
    Url,
}

checked! { InvalidImageUrl:
    /// Where a picture of goods lies: an https URL with a host and without a user. One with http is for trying out.
    ImageUrl: is_of_the_web or Url, 8, URL_MAX, r"^[Hh][Tt][Tt][Pp][Ss]?:[/]{2}[!-.0-\[\]-~][!-\[\]-~]*$";
}

fn is_of_the_web(text: &str) -> bool {
    is_url(text, &["https", "http"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_picture_is_one_that_can_be_asked() {
        let longest = format!("https://a.example/{}", "x".repeat(URL_MAX - 18));
        for good in ["https://cdn.example/bin.jpg?w=1", "HTTPS://cdn.example", "http://127.0.0.1:1/a", &longest] {
            assert_eq!(good.parse::<ImageUrl>().map(|url| url.as_str().to_owned()), Ok(good.to_owned()), "{good}");
        }
        let too_long = format!("{longest}x");
        let bad = [
            "",
            "bin.jpg",
            "//cdn.example/a",
            "ftp://cdn.example/a",
            "javascript://x",
            "data:image/png;base64,AA",
            "https:///a",
            "https://",
            "https://user@cdn.example/a",
            "https://:pass@cdn.example/a",
            "https://cdn.example/a b",
            "https://cdn.example/\u{fc}",
            "https:\\\\cdn.example\\a",
            &too_long,
        ];
        for bad in bad {
            assert_eq!(bad.parse::<ImageUrl>(), Err(InvalidImageUrl::Url), "{bad}");
        }
    }
}

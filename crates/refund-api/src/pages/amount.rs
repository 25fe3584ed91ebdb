//! An amount as people type it. It is taken only where it can mean just one thing: a comma that is misread pays a
//! hundred or a thousand times as much.

use refund_core::{Currency, InvalidShare, Share};

/// Why what was typed is no amount.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// Nothing that could be one.
    NoAmount,
    /// A comma may be the decimal one or set off thousands: both readings.
    Either([String; 2]),
}

/// What people write beside an amount, before it or behind it. Which currency it is the field says.
fn marks(currency: Currency) -> &'static [&'static str] {
    match currency.code() {
        "CNY" => &["CN¥", "RMB", "¥", "元", "块", "塊", "圆", "圓"],
        "JPY" => &["JP¥", "¥", "円"],
        "TWD" => &["NT$", "$", "元"],
        "HKD" => &["HK$", "$", "元"],
        "USD" => &["US$", "$"],
        "EUR" => &["€"],
        "GBP" => &["£"],
        "KRW" => &["₩"],
        _ => &[],
    }
}

/// The amount as a plain decimal number, without looking whether the currency has so many decimals.
pub(super) fn plain(typed: &str, currency: Currency) -> Result<String, Unclear> {
    let narrow: String = typed.chars().map(narrow).collect();
    let number = without_mark(narrow.trim(), currency);
    let Some((first, rest)) = number.split_once(',') else { return Ok(number.to_owned()) };
    let (groups, decimals) = rest.split_once('.').map_or((rest, None), |(groups, decimals)| (groups, Some(decimals)));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_group = |group: &str| group.len() == 3 && all_digits(group);
    let is_first = (1..=3).contains(&first.len()) && all_digits(first) && !first.starts_with('0');
    let are_thousands = is_first && groups.split(',').all(is_group) && decimals.is_none_or(all_digits);
    let may_be_decimal = decimals.is_none() && !rest.is_empty() && all_digits(rest) && all_digits(first);
    let joined = || number.replace(',', "");
    if may_be_decimal && !first.is_empty() && rest.len() <= decimals_of(currency) {
        // Both readings are written so that either is taken when it is typed.
        return Err(Unclear::Either([format!("{}.{rest}", shortest(first)), shortest(&joined()).to_owned()]));
    }
    if are_thousands { Ok(joined()) } else { Err(Unclear::NoAmount) }
}

/// A share as people type it, with or without its sign.
pub(super) fn percent(typed: &str) -> Result<Share, InvalidShare> {
    let narrow: String = typed.chars().map(narrow).collect();
    let number = narrow.trim();
    number.strip_suffix('%').unwrap_or(number).trim_end().parse()
}

/// Without zeros that say nothing.
fn shortest(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        shortest => shortest,
    }
}

/// How many decimals the currency has.
pub(super) fn decimals_of(currency: Currency) -> usize {
    usize::try_from(currency.decimals()).unwrap_or_default()
}

/// What is typed on a keyboard for Chinese, as on another.
fn narrow(typed: char) -> char {
    match typed {
        '\u{ff01}'..='\u{ff5e}' => u32::from(typed).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(typed),
        '￥' => '¥',
        '\u{3000}' | '\u{a0}' => ' ',
        _ => typed,
    }
}

/// Without the currency, which stands before the number or behind it and not twice.
fn without_mark(text: &str, currency: Currency) -> &str {
    let known = marks(currency).iter().copied().chain([currency.code()]);
    for mark in known {
        if let Some(number) = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)) {
            return number.trim();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, code: &str) -> Result<String, Unclear> {
        plain(text, Currency::from_code(code).unwrap())
    }

    #[test]
    fn what_can_mean_one_thing_is_taken() {
        for (text, code, meant) in [
            ("2", "CNY", "2"),
            ("２", "CNY", "2"),
            ("２．５", "CNY", "2.5"),
            ("¥2", "CNY", "2"),
            ("￥ 2", "CNY", "2"),
            ("CN¥2.00", "CNY", "2.00"),
            ("2.5元", "CNY", "2.5"),
            ("2.5 CNY", "CNY", "2.5"),
            ("1,234,567.8", "CNY", "1234567.8"),
            ("12，345", "CNY", "12345"),
            ("1,500", "CNY", "1500"),
            ("1,500", "JPY", "1500"),
            ("1,500,000", "KWD", "1500000"),
            ("1,500.250", "KWD", "1500.250"),
            ("NT$1,500", "TWD", "1500"),
        ] {
            assert_eq!(typed(text, code), Ok(meant.to_owned()), "{text} {code}");
        }
    }

    #[test]
    fn a_comma_that_may_be_the_decimal_one_is_told_with_both_readings() {
        for (text, code, one, other) in [
            ("1,500", "KWD", "1.500", "1500"),
            ("0,500", "KWD", "0.500", "500"),
            ("0,000", "KWD", "0.000", "0"),
            ("00,5", "CNY", "0.5", "5"),
            ("1,5", "CNY", "1.5", "15"),
            ("12,50", "CNY", "12.50", "1250"),
        ] {
            let readings = [one.to_owned(), other.to_owned()];
            assert_eq!(typed(text, code), Err(Unclear::Either(readings)), "{text} {code}");
        }
    }

    #[test]
    fn a_share_may_have_its_sign_and_no_comma() {
        for (text, meant) in [("12.5", "12.5"), (" 10 % ", "10"), ("１０％", "10"), ("0.50%", "0.5"), ("100", "100")]
        {
            assert_eq!(percent(text).map(|share| share.to_string()).as_deref(), Ok(meant), "{text}");
        }
        for text in ["12,5", "%", "-1", "05", "1 0", "10 %%"] {
            assert_eq!(percent(text), Err(InvalidShare::Malformed), "{text}");
        }
        assert_eq!(percent("0").unwrap_err(), InvalidShare::OutOfRange);
        assert_eq!(percent("101%").unwrap_err(), InvalidShare::OutOfRange);
        assert_eq!(percent("12.345").unwrap_err(), InvalidShare::TooManyDecimals { given: 3 });
    }

    #[test]
    fn what_is_no_amount_is_told_so() {
        for (text, code) in [
            ("0,500", "CNY"),
            ("00,500", "CNY"),
            ("012,345", "CNY"),
            ("1,2345", "CNY"),
            (",500", "CNY"),
            ("1234,567", "CNY"),
            ("1,,000", "CNY"),
            ("1.000,50", "CNY"),
            ("1,000,5", "CNY"),
            ("1,000.5,0", "CNY"),
            ("1,5", "JPY"),
            ("-1,500", "CNY"),
        ] {
            assert_eq!(typed(text, code), Err(Unclear::NoAmount), "{text} {code}");
        }
    }
}

//! What a line says, in one spelling. An exporter may write the same refund otherwise the next time, and it must not be
//! paid again for that.

use iso_currency::Currency;
use serde_json::Value;

/// What may be left out of an opening, and then says as much as `null`.
const OPTIONAL: [&str; 5] = ["reason_code", "external_reference", "metadata", "files", "buyer_contact"];
/// The same of a contact.
const OPTIONAL_OF_A_CONTACT: [&str; 4] = ["email", "phone", "language", "time_zone"];
/// What says nothing where it is empty.
const MANY: [&str; 2] = ["metadata", "files"];
/// Where amounts stand.
const AMOUNTS: [&str; 2] = ["/amount", "/order_line/paid"];

/// The same in the one spelling: an amount with all decimals of its currency, and nothing that says no more than if it
/// were left out. What the server would not take stays as it is, so that it is refused.
pub(super) fn alike(mut said: Value) -> Value {
    if let Some(opening) = said.as_object_mut() {
        opening.retain(|name, value| {
            let name = name.as_str();
            !(OPTIONAL.contains(&name) && value.is_null() || MANY.contains(&name) && is_empty(value))
        });
    }
    if let Some(contact) = said.get_mut("buyer_contact").and_then(Value::as_object_mut) {
        contact.retain(|name, value| !(OPTIONAL_OF_A_CONTACT.contains(&name.as_str()) && value.is_null()));
    }
    for place in AMOUNTS {
        if let Some(amount) = said.pointer_mut(place)
            && let Some(value) = with_all_decimals(amount)
            && let Some(members) = amount.as_object_mut()
        {
            members.insert("value".to_owned(), Value::String(value));
        }
    }
    said
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The value of an amount, written out; nothing where it is none, or has more decimals than its currency.
fn with_all_decimals(amount: &Value) -> Option<String> {
    let currency = Currency::from_code(amount.get("currency")?.as_str()?)?;
    let decimals = usize::from(currency.exponent()?);
    let value = amount.get("value")?.as_str()?;
    let (whole, fraction) = value.split_once('.').map_or((value, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let given = fraction.unwrap_or_default();
    if !is_number(whole) || !fraction.is_none_or(is_number) || given.len() > decimals {
        return None;
    }
    Some(if decimals == 0 { whole.to_owned() } else { format!("{whole}.{given:0<decimals$}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike_in_words(text: &str) -> String {
        alike(serde_json::from_str(text).unwrap()).to_string()
    }

    #[test]
    fn an_amount_is_written_with_the_decimals_of_its_currency_and_never_another_one() {
        let value = |currency: &str, value: &str| {
            let said = alike_in_words(&format!(r#"{{"amount":{{"currency":"{currency}","value":{value}}}}}"#));
            let said: Value = serde_json::from_str(&said).unwrap();
            said["amount"]["value"].to_string()
        };
        for written in [r#""5""#, r#""5.0""#, r#""5.00""#] {
            assert_eq!(value("CNY", written), r#""5.00""#);
        }
        assert_eq!([value("KWD", r#""1.25""#), value("JPY", r#""980""#)], [r#""1.250""#, r#""980""#]);
        // What is no amount of that currency is for the server to refuse, as it was written.
        let none =
            [r#""5.000""#, r#""5.""#, r#"".5""#, r#""-5""#, r#""5e0""#, r#"" 5""#, r#""5,0""#, r#""""#, "5.0", "null"];
        for written in none {
            assert_eq!(value("CNY", written), written);
        }
        assert_eq!([value("JPY", r#""980.0""#), value("cny", r#""5""#)], [r#""980.0""#, r#""5""#]);
        assert_eq!(value("CNY", r#""050""#), r#""050.00""#, "which is refused too");
    }

    #[test]
    fn what_says_nothing_is_left_out_and_nothing_else_is() {
        let bare = r#"{"buyer_contact":{"email":"a@b"},"order_line":{"paid":{"currency":"CNY","value":"9.00"}}}"#;
        let full = r#"{"buyer_contact":{"email":"a@b","language":null},"external_reference":null,"files":[],"metadata":{},
            "order_line":{"paid":{"currency":"CNY","value":"9"}},"reason_code":null}"#;
        assert_eq!(alike_in_words(full), bare);
        assert_eq!(alike_in_words(r#"{"metadata":null}"#), "{}");
        // The server refuses what it needs or doesn't know, and an empty text is one.
        let kept = r#"{"colour":null,"external_reference":"","metadata":{"a":null},"reason":null,"seller_id":null}"#;
        assert_eq!(alike_in_words(kept), kept);
        assert_eq!([alike_in_words("[]"), alike_in_words("null")], ["[]", "null"]);
    }
}

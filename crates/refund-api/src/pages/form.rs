//! What a form of a page brought, as browsers send it.

use std::str::FromStr;

use refund_core::{Currency, FileHash, InvalidMoney, InvalidText, Money, NamedFiles, Text};

use super::amount::{self, Unclear};
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// The fields of a form, in their order; of one name there may be several.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

/// What is wrong with one field: the name of the text that says so, and how long it may be where it is too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) field: &'static str,
    pub(crate) text: &'static str,
    pub(crate) max: usize,
    /// Both readings, where it could be read in two ways.
    pub(crate) readings: Option<[String; 2]>,
}

impl Mistake {
    pub(crate) fn new(field: &'static str, text: &'static str) -> Self {
        Self { field, text, max: 0, readings: None }
    }
}

/// What somebody wrote into a field, where they wrote something. Browsers end its lines with two characters; here it is
/// one.
pub(crate) fn written<const MAX: usize, const LINES: bool>(
    field: &'static str,
    typed: &str,
) -> Result<Option<Text<MAX, LINES>>, Mistake> {
    match Text::new(typed.replace("\r\n", "\n").trim()) {
        Ok(text) => Ok(Some(text)),
        Err(InvalidText::Blank) => Ok(None),
        Err(InvalidText::TooLong { max, .. }) => Err(Mistake { max, ..Mistake::new(field, "mistake-too-long") }),
        Err(InvalidText::Control) => Err(Mistake::new(field, "mistake-control")),
        Err(InvalidText::Turning) => Err(Mistake::new(field, "mistake-hidden")),
    }
}

/// More fields than any page has, and few enough to be searched through for each of them.
const FIELDS_MAX: usize = 2_000;
/// The same of an address, which stands on its page once for each refund and each link; and how many bytes it has.
const ADDRESS_FIELDS_MAX: usize = 100;
const ADDRESS_MAX: usize = 8 * 1024;

impl Form {
    /// A form that is filled with that.
    pub(crate) fn of(fields: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// What stands in an address.
    pub(crate) fn read(query: &[u8]) -> Self {
        Self(form_urlencoded::parse(query).into_owned().collect())
    }

    /// What stands in the address of a page.
    ///
    /// # Errors
    /// Where it is more than any page has there.
    pub(crate) fn addressed(query: &[u8]) -> Result<Self, Problem> {
        if query.len() > ADDRESS_MAX || form_urlencoded::parse(query).nth(ADDRESS_FIELDS_MAX).is_some() {
            let detail = format!("an address has at most {ADDRESS_MAX} bytes and {ADDRESS_FIELDS_MAX} fields");
            return Err(Problem::new(ApiCode::MalformedQuery, detail));
        }
        Ok(Self::read(query))
    }

    pub(crate) fn sent(body: &[u8]) -> Result<Self, Problem> {
        if form_urlencoded::parse(body).nth(FIELDS_MAX).is_some() {
            let detail = format!("the form has more than {FIELDS_MAX} fields");
            return Err(Problem::new(ApiCode::BodyTooLarge, detail));
        }
        Ok(Self::read(body))
    }

    /// A field as it was typed; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every field of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether one of the fields of that name has that value.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|known| known == value)
    }

    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The fields of that name alone.
    pub(crate) fn only(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(known, _)| known == name).cloned().collect())
    }

    /// All but the fields of those names.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(known, _)| !names.contains(&known.as_str())).cloned().collect())
    }

    /// The same with another value in a field.
    pub(crate) fn with(&self, name: &str, value: String) -> Self {
        let mut form = self.without(&[name]);
        form.0.push((name.to_owned(), value));
        form
    }

    /// Every field and its value, to be passed on.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What somebody wrote, where they wrote something.
    pub(crate) fn text<const MAX: usize, const LINES: bool>(
        &self,
        field: &'static str,
    ) -> Result<Option<Text<MAX, LINES>>, Mistake> {
        written(field, self.get(field))
    }

    /// What somebody has to have written.
    pub(crate) fn needed<const MAX: usize, const LINES: bool>(
        &self,
        field: &'static str,
    ) -> Result<Text<MAX, LINES>, Mistake> {
        self.text(field)?.ok_or_else(|| Mistake::new(field, "mistake-needed"))
    }

    /// One out of a closed list.
    pub(crate) fn choice<T: FromStr>(&self, field: &'static str) -> Result<T, Mistake> {
        self.get(field).parse().map_err(|_| Mistake::new(field, "mistake-choose"))
    }

    /// The files that are ticked, as those that show what is said (R43).
    pub(crate) fn named_files(&self) -> Result<NamedFiles, Mistake> {
        let no = || Mistake::new("file", "mistake-choose");
        let ticked = self.all("file").map(|file| file.parse::<FileHash>().map_err(|_| no()));
        NamedFiles::try_from(ticked.collect::<Result<Vec<_>, _>>()?)
            .map_err(|_| Mistake { max: NamedFiles::MAX, ..Mistake::new("file", "mistake-too-many-files") })
    }

    /// An amount in a currency that is known already, however it is typed where that is clear.
    pub(crate) fn money(&self, field: &'static str, currency: Currency) -> Result<Money, Mistake> {
        let typed = self.get(field).trim();
        if typed.is_empty() {
            return Err(Mistake::new(field, "mistake-needed"));
        }
        let typed = amount::plain(typed, currency).map_err(|unclear| match unclear {
            Unclear::NoAmount => Mistake::new(field, "mistake-amount"),
            Unclear::Either(readings) => {
                Mistake { readings: Some(readings), ..Mistake::new(field, "mistake-amount-either") }
            }
        })?;
        Money::parse(currency, &typed).map_err(|invalid| match invalid {
            InvalidMoney::TooManyDecimals { .. } => {
                Mistake { max: amount::decimals_of(currency), ..Mistake::new(field, "mistake-decimals") }
            }
            InvalidMoney::SuperfluousZeros { meant } => {
                Mistake { readings: Some([typed, meant.decimal()]), ..Mistake::new(field, "mistake-amount-zeros") }
            }
            InvalidMoney::Malformed
            | InvalidMoney::CurrencyMismatch
            | InvalidMoney::TooLarge
            | InvalidMoney::UnknownCurrency { .. } => Mistake::new(field, "mistake-amount"),
        })
    }
}

/// The address of a path with that query and another value in one field; without that field where the value is empty.
pub(super) fn in_address(path: &str, query: &Form, name: &str, value: &str) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query.fields().filter(|(known, kept)| *known != name && !kept.is_empty()));
    if !value.is_empty() {
        pairs.append_pair(name, value);
    }
    format!("{path}?{}", pairs.finish())
}

#[cfg(test)]
mod tests {
    use refund_core::{Label, Reason};

    use super::*;

    #[test]
    fn fields_are_read_as_they_were_meant() {
        let form =
            Form::read("reason=%20two%0D%0Alines%20&none=%20&amount=1%2C234.50&amount2=1.234&r=1&r=2".as_bytes());
        assert_eq!(form.needed::<1000, true>("reason"), Ok(Reason::new("two\nlines").unwrap()));
        assert_eq!(form.needed::<200, false>("none"), Err(Mistake::new("none", "mistake-needed")));
        assert_eq!(form.text::<200, false>("missing"), Ok(None::<Label>));
        let yuan = Currency::from_code("CNY").unwrap();
        assert_eq!(form.money("amount", yuan).unwrap().decimal(), "1234.50");
        assert_eq!(form.money("amount2", yuan).unwrap_err().text, "mistake-decimals");
        assert_eq!(form.money("reason", yuan).unwrap_err().text, "mistake-amount");
        assert_eq!(form.all("r").collect::<Vec<_>>(), ["1", "2"]);
        let typed = |amount: &str| Form(vec![("amount".to_owned(), amount.to_owned())]).money("amount", yuan);
        assert_eq!(typed("￥1,234").unwrap().decimal(), "1234.00");
        assert_eq!(typed("0,500").unwrap_err().text, "mistake-amount");
        let zeros = typed("０５００").unwrap_err();
        assert_eq!(
            (zeros.text, zeros.readings),
            ("mistake-amount-zeros", Some(["0500".to_owned(), "500.00".to_owned()]))
        );
        assert_eq!(typed("1,5").unwrap_err().readings, Some(["1.5".to_owned(), "15".to_owned()]));
        let long = Form::read(format!("reason={}", "x".repeat(1001)).as_bytes());
        assert_eq!(long.needed::<1000, true>("reason").unwrap_err().max, 1000);
    }
}

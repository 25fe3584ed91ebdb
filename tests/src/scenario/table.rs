//! Reading TOML so that every mistake knows its place, and every key has to be asked for.

use std::cell::RefCell;
use std::ops::Range;
use std::str::FromStr;

use refund_core::{Currency, Money, Timestamp, UnknownName};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::instant;
use super::mistake::{Mistake, Source};

/// A table whose keys are asked for one by one; those that nobody asked for are mistakes.
pub(super) struct Table<'a> {
    source: &'a Source,
    name: String,
    span: Range<usize>,
    entries: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
}

/// A value, and where it stands.
pub(super) struct Field<'a> {
    source: &'a Source,
    pub(super) span: Range<usize>,
    value: &'a DeValue<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn new(source: &'a Source, name: &str, document: &'a Spanned<DeTable<'a>>) -> Self {
        let (name, asked) = (name.to_owned(), RefCell::default());
        Self { source, name, span: document.span(), entries: document.get_ref(), asked }
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &'static str) -> Option<Field<'a>> {
        self.asked.borrow_mut().push(key);
        let (_, value) = self.entries.iter().find(|(known, _)| known.get_ref() == key)?;
        Some(Field { source: self.source, span: value.span(), value: value.get_ref() })
    }

    /// The value of a key that has to be there.
    pub(super) fn need(&self, key: &'static str, expected: &str) -> Result<Field<'a>, Mistake> {
        let missing = || {
            let message = format!("{} needs `{key}`", self.name);
            self.source.mistake(self.span.clone(), message, format!("{key} = {expected}"))
        };
        self.get(key).ok_or_else(missing)
    }

    /// The table of a key; where it isn't there, an empty one at the same place.
    pub(super) fn table(&self, key: &'static str) -> Result<Option<Self>, Mistake> {
        self.get(key).map(|field| field.table(&format!("[{key}]"))).transpose()
    }

    /// Whether anything is left that nobody asked for.
    pub(super) fn finish(self) -> Result<(), Mistake> {
        let asked = self.asked.into_inner();
        let unknown = self.entries.iter().map(|(key, _)| key).filter(|key| !asked.contains(&key.get_ref().as_ref()));
        let Some(first) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let message = format!("{} has no key `{}`", self.name, first.get_ref());
        Err(self.source.mistake(first.span(), message, format!("one of: {}", asked.join(", "))))
    }

    /// Where it stands.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// A mistake about the table as a whole.
    pub(super) fn mistake(&self, message: impl Into<String>, expected: impl Into<String>) -> Mistake {
        self.source.mistake(self.span.clone(), message, expected)
    }
}

impl<'a> Field<'a> {
    pub(super) fn mistake(&self, message: impl Into<String>, expected: impl Into<String>) -> Mistake {
        self.source.mistake(self.span.clone(), message, expected)
    }

    fn wrong_type(&self, expected: &str) -> Mistake {
        let is = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point or an exponent",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.mistake(format!("this is {is}"), expected)
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Text between quotes.
    pub(super) fn text(&self, expected: &str) -> Result<&'a str, Mistake> {
        if let DeValue::String(text) = self.value { Ok(text) } else { Err(self.wrong_type(expected)) }
    }

    pub(super) fn flag(&self) -> Result<bool, Mistake> {
        if let DeValue::Boolean(flag) = self.value { Ok(*flag) } else { Err(self.wrong_type("true or false")) }
    }

    pub(super) fn number(&self, expected: &str) -> Result<u32, Mistake> {
        let DeValue::Integer(number) = self.value else { return Err(self.wrong_type(expected)) };
        u32::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| self.mistake("this number can't stand here", expected))
    }

    /// One of a closed list of words.
    pub(super) fn word<T: FromStr<Err = UnknownName>>(&self) -> Result<T, Mistake> {
        self.text("a word between quotes")?.parse().map_err(|unknown: UnknownName| {
            let expected = format!("one of: {}", unknown.expected.join(", "));
            self.mistake(format!("{:?} is not known here", unknown.given), expected)
        })
    }

    /// Anything that reads itself from text.
    pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, expected: &str) -> Result<T, Mistake> {
        self.text(expected)?.parse().map_err(|error: T::Err| self.mistake(error.to_string(), expected))
    }

    /// `"20.00"`, in that currency, or `"20.00 USD"` in another.
    pub(super) fn money(&self, currency: Option<Currency>) -> Result<Money, Mistake> {
        const EXPECTED: &str = r#"an amount between quotes, such as "20.00" or "20.00 USD""#;
        let text = self.text(EXPECTED)?;
        let (amount, currency) = match (text.split_once(' '), currency) {
            (Some((amount, code)), _) => (amount, Currency::from_code(code)),
            (None, Some(currency)) => (text, Ok(currency)),
            (None, None) => (text, Currency::from_code("CNY")),
        };
        let money = currency.and_then(|currency| Money::parse(currency, amount));
        money.map_err(|error| self.mistake(error.to_string(), EXPECTED))
    }

    /// `"T+1h"`.
    pub(super) fn instant(&self) -> Result<Timestamp, Mistake> {
        const EXPECTED: &str = r#"an instant after the opening T, such as "T+1h", "T+1h30" or "T+35h59m59.999s""#;
        let text = self.text(EXPECTED)?;
        instant::read(text).ok_or_else(|| self.mistake(format!("{text:?} is no instant"), EXPECTED))
    }

    /// `"36h"`, as whole seconds.
    pub(super) fn span(&self) -> Result<refund_core::Span, Mistake> {
        const EXPECTED: &str = r#"a length of time from 1m to 90d, such as "36h" or "5d""#;
        let text = self.text(EXPECTED)?;
        let millis = instant::millis(text).filter(|millis| millis % 1000 == 0);
        let seconds = millis.and_then(|millis| u32::try_from(millis / 1000).ok());
        let span = seconds.and_then(|seconds| refund_core::Span::seconds(seconds).ok());
        span.ok_or_else(|| self.mistake(format!("{text:?} is no length of time that can stand here"), EXPECTED))
    }

    pub(super) fn list(&self, expected: &str) -> Result<Vec<Field<'a>>, Mistake> {
        let DeValue::Array(items) = self.value else { return Err(self.wrong_type(expected)) };
        let field =
            |item: &'a Spanned<DeValue<'a>>| Field { source: self.source, span: item.span(), value: item.get_ref() };
        Ok(items.iter().map(field).collect())
    }

    pub(super) fn table(&self, name: &str) -> Result<Table<'a>, Mistake> {
        let DeValue::Table(entries) = self.value else { return Err(self.wrong_type("a table")) };
        let (name, asked) = (name.to_owned(), RefCell::default());
        Ok(Table { source: self.source, name, span: self.span.clone(), entries, asked })
    }
}

//! The fields of a policy in a form: the platform's, or what a seller has of its own.

use fluent_bundle::FluentValue;
use refund_core::{FreshGoods, PayoutMode, PolicyField, PolicyOverrides};
use serde_json::{Map, Value, json};

use super::{contacts, reasons};
use crate::pages::form::{Form, Mistake};
use crate::pages::queue::Choice;
use crate::pages::reader::Reader;

/// How many reminders a form has room for.
const REMINDERS: usize = 5;
const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;
const MINUTE: u64 = 60;
/// Each unit in seconds, the largest first.
const UNITS: [(&str, u64); 4] = [("days", DAY), ("hours", HOUR), ("minutes", MINUTE), ("seconds", 1)];
/// Up to there people count in hours, as the rules do.
const IN_HOURS_MAX: u64 = 48 * HOUR;

/// How a field is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Span,
    Spans,
    Switch,
    FreshGoods,
    Payout,
    Count,
    Reasons,
    Contacts,
}

fn kind(field: PolicyField) -> Kind {
    match field {
        PolicyField::SellerDecideSeconds
        | PolicyField::BuyerAnswerSeconds
        | PolicyField::BuyerRespondSeconds
        | PolicyField::BuyerShipSeconds
        | PolicyField::SellerConfirmSeconds
        | PolicyField::OperatorRuleSeconds
        | PolicyField::PayoutReportSeconds
        | PolicyField::NoticeBeforeSeconds
        | PolicyField::NoticeGraceSeconds => Kind::Span,
        PolicyField::RemindersSeconds => Kind::Spans,
        PolicyField::FreshGoods => Kind::FreshGoods,
        PolicyField::Payout => Kind::Payout,
        PolicyField::RefundsPerLineMax => Kind::Count,
        PolicyField::Reasons => Kind::Reasons,
        PolicyField::OperatorContacts => Kind::Contacts,
        PolicyField::CapAtRequested
        | PolicyField::ReturnNeedsFreightInsurance
        | PolicyField::AllowWithdraw
        | PolicyField::NegotiateBeforeRefuse
        | PolicyField::Notices
        | PolicyField::SilenceNeedsNotice => Kind::Switch,
    }
}

/// The words of a field that has some.
fn words(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Switch => vec!["yes", "no"],
        Kind::FreshGoods => FreshGoods::ALL.iter().map(|word| word.as_str()).collect(),
        Kind::Payout => PayoutMode::ALL.iter().map(|word| word.as_str()).collect(),
        Kind::Span | Kind::Spans | Kind::Count | Kind::Reasons | Kind::Contacts => Vec::new(),
    }
}

fn word_told(reader: &Reader, kind: Kind, word: &str) -> String {
    match kind {
        Kind::FreshGoods => reader.term("fresh-goods", word),
        Kind::Payout => reader.term("payout-mode", word),
        Kind::Switch | Kind::Span | Kind::Spans | Kind::Count | Kind::Reasons | Kind::Contacts => reader.say(word),
    }
}

/// What is said of how the lines of a list are written.
fn help_with_lines(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Reasons => Some("reasons-help"),
        Kind::Contacts => Some("contacts-help"),
        Kind::Span | Kind::Spans | Kind::Switch | Kind::FreshGoods | Kind::Payout | Kind::Count => None,
    }
}

/// A field as a form has it.
pub(in crate::pages) struct FieldView {
    pub(in crate::pages) name: &'static str,
    pub(in crate::pages) means: String,
    pub(in crate::pages) rule: &'static str,
    /// Numbers, each with its units.
    pub(in crate::pages) spans: Vec<(String, Vec<Choice>)>,
    pub(in crate::pages) choices: Vec<Choice>,
    pub(in crate::pages) count: Option<String>,
    /// A list, one a line, and how a line is written.
    pub(in crate::pages) lines: Option<(String, String)>,
    /// Whether a seller has a value of its own.
    pub(in crate::pages) is_own: bool,
    /// What the platform has, in words.
    pub(in crate::pages) of_platform: String,
}

impl FieldView {
    /// Each field with what it is. `own` are those that a seller has of its own, where it is about one.
    pub(in crate::pages) fn all(reader: &Reader, values: &Value, platform: &Value, own: &[PolicyField]) -> Vec<Self> {
        let view = |field: &PolicyField| {
            let value = values.get(field.as_str()).unwrap_or(&Value::Null);
            let of_platform = in_words(reader, *field, platform.get(field.as_str()).unwrap_or(&Value::Null));
            let spans = spans(value).into_iter().map(typed_span).collect();
            let said = match kind(*field) {
                Kind::Reasons => reasons::lines(&reasons::of(value)),
                Kind::Contacts => contacts::lines(&contacts::of(value)),
                Kind::Span | Kind::Spans | Kind::Switch | Kind::FreshGoods | Kind::Payout | Kind::Count => plain(value),
            };
            Self::new(reader, *field, spans, &said, own.contains(field), of_platform)
        };
        PolicyField::ALL.iter().map(view).collect()
    }

    /// The fields as they were typed.
    pub(in crate::pages) fn typed(reader: &Reader, form: &Form, platform: &Value) -> Vec<Self> {
        let view = |field: &PolicyField| {
            let of_platform = in_words(reader, *field, platform.get(field.as_str()).unwrap_or(&Value::Null));
            let typed = pairs(form, *field).map(|(number, unit)| (number.to_owned(), unit.to_owned()));
            let is_own = form.all("own").any(|name| name == field.as_str());
            Self::new(reader, *field, typed.collect(), form.get(field.as_str()), is_own, of_platform)
        };
        PolicyField::ALL.iter().map(view).collect()
    }

    fn new(
        reader: &Reader,
        field: PolicyField,
        mut typed: Vec<(String, String)>,
        value: &str,
        is_own: bool,
        of_platform: String,
    ) -> Self {
        let kind = kind(field);
        match kind {
            Kind::Span => typed.resize(1, (String::new(), "hours".to_owned())),
            Kind::Spans => typed.resize(REMINDERS, (String::new(), "hours".to_owned())),
            Kind::Switch | Kind::FreshGoods | Kind::Payout | Kind::Count | Kind::Reasons | Kind::Contacts => {
                typed.clear();
            }
        }
        let units =
            |chosen: &str| UNITS.into_iter().map(|(unit, _)| Choice::new(reader, "unit", unit, chosen)).collect();
        let choice =
            |word: &'static str| Choice { value: word, text: word_told(reader, kind, word), is_chosen: word == value };
        Self {
            name: field.as_str(),
            means: reader.term("policy", field.as_str()),
            rule: field.rule().as_str(),
            spans: typed.into_iter().map(|(number, unit)| (number, units(&unit))).collect(),
            choices: words(kind).into_iter().map(choice).collect(),
            count: (kind == Kind::Count).then(|| value.to_owned()),
            lines: help_with_lines(kind).map(|help| (value.to_owned(), reader.say(help))),
            is_own,
            of_platform,
        }
    }
}

/// The numbers of a field, each with its unit, as they were typed.
fn pairs(form: &Form, field: PolicyField) -> impl Iterator<Item = (&str, &str)> {
    let is_unit = move |name: &str| name.strip_suffix(".unit") == Some(field.as_str());
    let numbers = form.fields().filter(move |(name, _)| *name == field.as_str());
    let units = form.fields().filter(move |(name, _)| is_unit(name));
    numbers.zip(units).map(|((_, number), (_, unit))| (number.trim(), unit))
}

/// What a form says of the fields: of each, or of those that a seller is to have of its own.
pub(in crate::pages) fn typed(form: &Form, only_own: bool) -> Result<PolicyOverrides, (PolicyField, Mistake)> {
    let mut fields = Map::new();
    let is_wanted = |field: &PolicyField| !only_own || form.all("own").any(|name| name == field.as_str());
    for field in PolicyField::ALL.iter().copied().filter(is_wanted) {
        let value = value(form, field).map_err(|mistake| (field, mistake))?;
        let alone = serde_json::from_value::<PolicyOverrides>(json!({ field.as_str(): value.clone() }));
        alone.map_err(|_| (field, Mistake::new(field.as_str(), out_of_range(kind(field)))))?;
        fields.insert(field.as_str().to_owned(), value);
    }
    // Each is good by itself.
    Ok(serde_json::from_value(Value::Object(fields)).unwrap_or_default())
}

/// A field that somebody changed from what it was and did not say to be a seller's own: it would be passed over.
pub(in crate::pages) fn passed_over(form: &Form, was: &Value) -> Option<(PolicyField, Mistake)> {
    let is_there = |field: &PolicyField| form.fields().any(|(name, _)| name == field.as_str());
    let is_own = |field: &PolicyField| form.all("own").any(|name| name == field.as_str());
    let is_as_it_was = |field: &PolicyField| value(form, *field).ok().as_ref() == was.get(field.as_str());
    let mut fields = PolicyField::ALL.iter().filter(|field| is_there(field) && !is_own(field));
    let field = *fields.find(|field| !is_as_it_was(field))?;
    Some((field, Mistake::new(field.as_str(), "mistake-not-own")))
}

fn out_of_range(kind: Kind) -> &'static str {
    match kind {
        Kind::Span => "mistake-span",
        Kind::Spans => "mistake-spans",
        Kind::Count => "mistake-count",
        Kind::Reasons => "mistake-reasons",
        Kind::Contacts => "mistake-contact-lines",
        Kind::Switch | Kind::FreshGoods | Kind::Payout => "mistake-choose",
    }
}

fn value(form: &Form, field: PolicyField) -> Result<Value, Mistake> {
    let (name, kind) = (field.as_str(), kind(field));
    let mistake = |text| Mistake::new(name, text);
    match kind {
        Kind::Span | Kind::Spans => {
            let typed = pairs(form, field).filter(|(number, _)| !number.is_empty());
            let seconds = typed.map(|(number, unit)| {
                let number: u64 = number.parse().map_err(|_| mistake("mistake-whole"))?;
                let (_, unit) =
                    UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(|| mistake("mistake-choose"))?;
                number.checked_mul(*unit).ok_or_else(|| mistake("mistake-span"))
            });
            let mut seconds = seconds.collect::<Result<Vec<u64>, _>>()?;
            if kind == Kind::Spans {
                return Ok(json!(seconds));
            }
            seconds.pop().map(|seconds| json!(seconds)).ok_or_else(|| mistake("mistake-needed"))
        }
        Kind::Count => {
            form.get(name).trim().parse::<u64>().map(|count| json!(count)).map_err(|_| mistake("mistake-count"))
        }
        Kind::Reasons => reasons::typed(form.get(name)).map(|reasons| json!(reasons)),
        Kind::Contacts => contacts::typed(form.get(name)).map(|contacts| json!(contacts)),
        Kind::Switch | Kind::FreshGoods | Kind::Payout => {
            let word = words(kind).into_iter().find(|word| *word == form.get(name));
            let word = word.ok_or_else(|| mistake("mistake-choose"))?;
            Ok(if kind == Kind::Switch { json!(word == "yes") } else { json!(word) })
        }
    }
}

/// The seconds in a value: of one length of time, or of several.
fn spans(value: &Value) -> Vec<u64> {
    let many = value.as_array().map(|many| many.iter().filter_map(Value::as_u64).collect());
    many.or_else(|| value.as_u64().map(|one| vec![one])).unwrap_or_default()
}

/// The word or the number of a value.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(word) => word.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// A length of time in the largest unit that says it whole.
fn typed_span(seconds: u64) -> (String, String) {
    let fits = |unit: u64| seconds.is_multiple_of(unit) && (unit < DAY || seconds > IN_HOURS_MAX);
    let (name, unit) = UNITS.into_iter().find(|(_, unit)| fits(*unit)).unwrap_or(("seconds", 1));
    (seconds.checked_div(unit).unwrap_or(seconds).to_string(), name.to_owned())
}

/// A field's value in words, exact to the second.
pub(in crate::pages) fn in_words(reader: &Reader, field: PolicyField, value: &Value) -> String {
    match kind(field) {
        Kind::Span | Kind::Spans => {
            let told: Vec<_> = spans(value).into_iter().map(|seconds| span_told(reader, seconds)).collect();
            if told.is_empty() { reader.say("none") } else { told.join(" · ") }
        }
        Kind::Count => plain(value),
        Kind::Reasons => reasons::in_words(reader, &reasons::of(value)),
        Kind::Contacts => contacts::in_words(reader, &contacts::of(value)),
        kind @ (Kind::Switch | Kind::FreshGoods | Kind::Payout) => word_told(reader, kind, &plain(value)),
    }
}

pub(in crate::pages) fn span_told(reader: &Reader, seconds: u64) -> String {
    let mut rest = seconds;
    let units = UNITS.into_iter().filter(|(_, unit)| *unit < DAY || seconds > IN_HOURS_MAX);
    let parts = units.filter_map(|(name, unit)| {
        let count = rest.checked_div(unit)?;
        rest %= unit;
        let told = || reader.language.say(&format!("unit-{name}-of"), &[("count", FluentValue::from(count))]);
        (count > 0).then(told)
    });
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::reader::Theme;
    use crate::pages::text::Language;

    fn reader(language: Language) -> Reader {
        let now = "2026-03-01T02:05:00Z".parse().unwrap();
        Reader { language, theme: Theme::Auto, zone: None, now, time_passes: true }
    }

    #[test]
    fn a_length_of_time_is_typed_as_people_say_it_and_never_rounded() {
        for (seconds, number, unit, told) in [
            (129_600, "36", "hours", "36 hours"),
            (172_800, "48", "hours", "48 hours"),
            (432_000, "5", "days", "5 days"),
            (129_601, "129601", "seconds", "36 hours 1 second"),
            (90_000, "25", "hours", "25 hours"),
            (5_400, "90", "minutes", "1 hour 30 minutes"),
            (435_661, "435661", "seconds", "5 days 1 hour 1 minute 1 second"),
        ] {
            assert_eq!(typed_span(seconds), (number.to_owned(), unit.to_owned()));
            assert_eq!(span_told(&reader(Language::En), seconds), told);
        }
        assert_eq!(span_told(&reader(Language::ZhHant), 129_601), "36 小時 1 秒");
    }

    #[test]
    fn what_the_fields_mean_is_said_as_the_rules_say_it() {
        let reader = reader(Language::En);
        for field in PolicyField::ALL {
            let said = |kind| reader.term(kind, field.as_str());
            assert_eq!(said("policy"), field.means());
            assert_eq!(said("policy-applies"), field.applies_to());
            assert_eq!(said("policy-keeps"), field.keeps());
        }
    }

    #[test]
    fn what_a_form_shows_is_what_it_says() {
        let policy = refund_core::Policy {
            allow_withdraw: true,
            reasons: refund_core::Reasons::usual(),
            operator_contacts: contacts::typed("desk@example.com en Asia/Taipei payment").unwrap(),
            buyer_ship_seconds: refund_core::Span::seconds(435_661).unwrap(),
            ..refund_core::Policy::default()
        };
        let mut sent = form_urlencoded::Serializer::new(String::new());
        let values = serde_json::to_value(&policy).unwrap();
        for field in FieldView::all(&reader(Language::En), &values, &values, &[]) {
            let chosen = |choices: &[Choice]| choices.iter().find(|choice| choice.is_chosen).map(|choice| choice.value);
            for (number, units) in &field.spans {
                sent.append_pair(field.name, number);
                sent.append_pair(&format!("{}.unit", field.name), chosen(units).unwrap());
            }
            let word =
                chosen(&field.choices).map(str::to_owned).or(field.count).or(field.lines.map(|(lines, _)| lines));
            sent.extend_pairs(word.map(|word| (field.name, word)));
        }
        let form = Form::read(sent.finish().as_bytes());
        assert_eq!(refund_core::Policy::default().with(&typed(&form, false).unwrap()), policy);
        assert_eq!(typed(&form, true).unwrap(), PolicyOverrides::default(), "nothing is ticked");
    }
}

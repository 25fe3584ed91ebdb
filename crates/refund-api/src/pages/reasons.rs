//! The reasons that a policy lists (R44), as people read them and choose among them.

use refund_core::{ListedReason, ReasonCode, ReasonFor, Reasons, Why};

use super::reader::Reader;
use super::text::Language;

/// A reason to be chosen.
pub(crate) struct ReasonChoice {
    pub(crate) code: String,
    pub(crate) text: String,
}

/// The reasons out of which whoever reads may have to choose.
pub(crate) struct ReasonChoices {
    pub(super) reader: Reader,
    pub(super) reasons: Reasons,
}

impl ReasonChoices {
    /// Those for one purpose; none where any words do.
    pub(crate) fn of(&self, purpose: &str) -> Vec<ReasonChoice> {
        let choice =
            |reason: &ListedReason| ReasonChoice { code: reason.code.to_string(), text: listed(&self.reader, reason) };
        purpose
            .parse::<ReasonFor>()
            .map_or_else(|_| Vec::new(), |purpose| self.reasons.of(purpose).map(choice).collect())
    }
}

/// Why somebody did something.
pub(crate) struct WhyView {
    /// The reason that they chose, in the reader's words.
    pub(crate) chosen: Option<String>,
    pub(crate) words: String,
}

impl WhyView {
    pub(super) fn new(reader: &Reader, reasons: &Reasons, purpose: ReasonFor, why: &Why) -> Self {
        let chosen = why.code.as_ref().map(|code| in_words(reader, reasons, purpose, code));
        Self { chosen, words: reader.written(why.text.as_str()) }
    }
}

/// What a reason is called that was chosen: it may be on no list any more.
pub(super) fn in_words(reader: &Reader, reasons: &Reasons, purpose: ReasonFor, code: &ReasonCode) -> String {
    let listed_now = reasons.of(purpose).find(|reason| reason.code == *code);
    listed_now.map_or_else(|| by_code(reader, code), |reason| listed(reader, reason))
}

/// What a reason is called: as the platform words it, or else as the pages do.
pub(super) fn listed(reader: &Reader, reason: &ListedReason) -> String {
    let own = match reader.language {
        Language::En => &reason.text.en,
        Language::ZhHant => &reason.text.zh_hant,
        Language::ZhHans => &reason.text.zh_hans,
    };
    own.as_ref().map_or_else(|| by_code(reader, &reason.code), ToString::to_string)
}

/// What the pages call a reason. One that they don't know is called by its code.
pub(super) fn by_code(reader: &Reader, code: &ReasonCode) -> String {
    usual(reader.language, code).unwrap_or_else(|| code.to_string())
}

fn usual(language: Language, code: &ReasonCode) -> Option<String> {
    language.known(&format!("reason-{}", code.as_str().replace('_', "-")))
}

/// A reason with the pages' own words in each language in which the platform has none of its own.
pub(crate) fn worded(mut reason: ListedReason) -> ListedReason {
    for language in Language::ALL {
        let own = match language {
            Language::En => &mut reason.text.en,
            Language::ZhHant => &mut reason.text.zh_hant,
            Language::ZhHans => &mut reason.text.zh_hans,
        };
        if own.is_none() {
            *own = usual(language, &reason.code).and_then(|text| text.parse().ok());
        }
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_usual_reason_is_worded_in_every_language() {
        for reason in Reasons::usual().iter().cloned().map(worded) {
            let text = reason.text;
            assert!(text.en.is_some() && text.zh_hant.is_some() && text.zh_hans.is_some(), "{}", reason.code);
        }
    }

    #[test]
    fn a_platforms_own_words_come_first_and_what_has_none_is_called_by_its_code() {
        let now = "2026-03-01T02:05:00Z".parse().unwrap();
        let reader = Reader { language: Language::En, theme: Default::default(), zone: None, now, time_passes: true };
        let mut own: Vec<ListedReason> = Reasons::usual().of(ReasonFor::Refuse).take(1).cloned().collect();
        let (code, purpose) = (own[0].code.clone(), own[0].purpose);
        let told = |own: &[ListedReason], code: &ReasonCode| {
            in_words(&reader, &own.to_vec().try_into().unwrap(), purpose, code)
        };
        let of_pages = told(&own, &code);
        assert_eq!(told(&[], &code), of_pages, "it is on the list no longer");
        own[0].text.en = Some("Our own words".parse().unwrap());
        assert_eq!(told(&own, &code), "Our own words");
        assert_eq!(told(&own, &"unheard_of".parse().unwrap()), "unheard_of");
    }
}

//! What a person reads, in three languages: from the files under `locales/`, and nowhere else.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// Whether a character turns the direction of those beside it.
pub(super) fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A language that the pages are written in. Neither Chinese script ever stands in for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    ZhHant,
    ZhHans,
    En,
}

/// The files of a language, one for each part of the pages.
macro_rules! files {
    ($folder:literal) => {
        [
            include_str!(concat!("../../locales/", $folder, "/general.ftl")),
            include_str!(concat!("../../locales/", $folder, "/terms.ftl")),
            include_str!(concat!("../../locales/", $folder, "/reasons.ftl")),
            include_str!(concat!("../../locales/", $folder, "/refusals.ftl")),
            include_str!(concat!("../../locales/", $folder, "/history.ftl")),
            include_str!(concat!("../../locales/", $folder, "/refund.ftl")),
            include_str!(concat!("../../locales/", $folder, "/saved.ftl")),
            include_str!(concat!("../../locales/", $folder, "/buyer.ftl")),
            include_str!(concat!("../../locales/", $folder, "/mail.ftl")),
            include_str!(concat!("../../locales/", $folder, "/people.ftl")),
            include_str!(concat!("../../locales/", $folder, "/operator.ftl")),
            include_str!(concat!("../../locales/", $folder, "/audit.ftl")),
        ]
    };
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| Language::ALL.map(bundle));

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let id = language.tag().parse::<LanguageIdentifier>().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // What is put into a sentence is made here; what people wrote stands in elements of its own.
    bundle.set_use_isolating(false);
    for file in language.files() {
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(resource, errors)| {
            tracing::error!(language = language.tag(), ?errors, "a file of the pages' texts can't be read whole");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(language = language.tag(), ?errors, "a text of the pages is there twice");
        }
    }
    bundle
}

impl Language {
    /// Each, the first choice of the field first.
    pub(crate) const ALL: [Self; 3] = [Self::ZhHant, Self::ZhHans, Self::En];

    /// Its name by BCP 47.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::ZhHant => "zh-Hant",
            Self::ZhHans => "zh-Hans",
            Self::En => "en",
        }
    }

    /// What it calls itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::ZhHant => "繁體中文",
            Self::ZhHans => "简体中文",
            Self::En => "English",
        }
    }

    fn files(self) -> [&'static str; 12] {
        match self {
            Self::ZhHant => files!("zh-Hant"),
            Self::ZhHans => files!("zh-Hans"),
            Self::En => files!("en"),
        }
    }

    fn bundle(self) -> Option<&'static FluentBundle<FluentResource>> {
        let index = Self::ALL.iter().position(|language| *language == self)?;
        BUNDLES.get(index)
    }

    /// The language of that name; Chinese by its script, or by where it is written in which.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase().replace('_', "-");
        let mut parts = tag.split('-');
        let usually = match parts.next()? {
            "en" => return Some(Self::En),
            // Chinese, or a language of those who write it.
            "zh" | "cmn" | "hak" | "nan" | "wuu" => Self::ZhHans,
            "yue" => Self::ZhHant,
            _ => return None,
        };
        let (mut script, mut place) = (None, None);
        for part in parts {
            match part {
                "hant" => script = Some(Self::ZhHant),
                "hans" => script = Some(Self::ZhHans),
                "tw" | "hk" | "mo" => place = Some(Self::ZhHant),
                "cn" | "sg" | "my" => place = Some(Self::ZhHans),
                _ => {}
            }
        }
        Some(script.or(place).unwrap_or(usually))
    }

    /// The language that an `Accept-Language` asks for first of those that there are; English for all others.
    pub(crate) fn accepted(header: &str) -> Self {
        let mut asked: Vec<_> = header.split(',').filter_map(weighted).collect();
        asked.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        asked.into_iter().find_map(|(_, tag)| Self::from_tag(tag)).unwrap_or(Self::En)
    }

    /// The text of that name, if there is one.
    pub(crate) fn known(self, name: &str) -> Option<String> {
        said(self.bundle()?, name, &FluentArgs::new())
    }

    /// The text of that name.
    pub(crate) fn say(self, name: &str, arguments: &[(&str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = arguments.iter().cloned().collect();
        self.bundle().and_then(|bundle| said(bundle, name, &arguments)).unwrap_or_else(|| {
            tracing::error!(name, language = self.tag(), "a text of the pages is missing");
            name.to_owned()
        })
    }
}

fn said(bundle: &FluentBundle<FluentResource>, name: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(name)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
    for error in errors {
        tracing::error!(name, %error, "a text of the pages can't be told whole");
    }
    Some(text.into_owned())
}

/// A language of an `Accept-Language` and how much it is wanted, in thousandths.
fn weighted(item: &str) -> Option<(u32, &str)> {
    let (tag, rest) = item.split_once(';').unwrap_or((item, ""));
    let weight = match rest.trim().strip_prefix("q=") {
        None => 1_000,
        Some(weight) => {
            let digits = weight.trim().replace('.', "");
            format!("{digits:0<4}").get(..4)?.parse().ok()?
        }
    };
    (weight > 0).then_some((weight, tag.trim()))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn a_language_is_taken_as_the_browser_asks_for_it() {
        for (header, language) in [
            ("zh-TW,zh;q=0.9,en;q=0.8", Language::ZhHant),
            ("zh-HK", Language::ZhHant),
            ("zh-Hant-CN", Language::ZhHant),
            ("zh-CN,zh;q=0.9", Language::ZhHans),
            ("zh-Hans-TW", Language::ZhHans),
            ("zh", Language::ZhHans),
            ("yue-HK", Language::ZhHant),
            ("yue", Language::ZhHant),
            ("yue-Hans-CN", Language::ZhHans),
            ("yue-CN", Language::ZhHans),
            ("cmn-Hant", Language::ZhHant),
            ("cmn-TW, en;q=0.8", Language::ZhHant),
            ("cmn", Language::ZhHans),
            ("nan-TW", Language::ZhHant),
            ("de, zh-SG;q=0.5, en;q=0.3", Language::ZhHans),
            ("de, en;q=0.5, zh-TW;q=0.51", Language::ZhHant),
            ("zh-TW;q=0, en", Language::En),
            ("fr", Language::En),
            ("", Language::En),
            (";;,q=,zh;q=x", Language::En),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    /// The names of a language's texts, each with what it is given to tell.
    fn texts(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut texts = BTreeMap::new();
        for file in language.files() {
            FluentResource::try_new(file.to_owned()).expect("it can be read");
            let mut name = String::new();
            for line in file.lines() {
                if !line.starts_with([' ', '#', '}', '[', '*']) && line.contains(" =") {
                    name = line.split(" =").next().unwrap().to_owned();
                    assert!(texts.insert(name.clone(), BTreeSet::new()).is_none(), "{name} is there twice");
                }
                for given in line.split('$').skip(1) {
                    let end = given.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(given.len());
                    texts.get_mut(&name).expect("a text").insert(given[..end].to_owned());
                }
            }
        }
        texts
    }

    #[test]
    fn every_text_is_there_in_every_language_and_tells_the_same() {
        let english = texts(Language::En);
        assert!(english.len() > 100);
        for language in [Language::ZhHant, Language::ZhHans] {
            assert_eq!(texts(language), english, "{}", language.tag());
        }
    }

    /// Characters that only one of the two scripts has, in texts of the other.
    #[test]
    fn no_text_is_in_the_other_script() {
        const ONLY_SIMPLIFIED: &str = "请协议项货们个为这时过关开会发处买卖应该还运证单说问题样户务机点击钱长选择场实现统计价达终结话号码维护链绝让";
        const ONLY_TRADITIONAL: &str = "請協議項貨們個為這時過關開會發處買賣應該還運證單說問題樣戶務機點擊錢長選擇場實現統計價達終結話號碼維護鏈絕讓";
        for (language, foreign) in [(Language::ZhHant, ONLY_SIMPLIFIED), (Language::ZhHans, ONLY_TRADITIONAL)] {
            for file in language.files() {
                let found: Vec<_> = file.lines().filter(|line| line.chars().any(|c| foreign.contains(c))).collect();
                assert!(found.is_empty(), "{}: {found:#?}", language.tag());
            }
        }
    }

    /// Every file that names texts: the templates, and the pages' own code.
    fn sources() -> Vec<String> {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("src/pages"), root.join("templates/pages")];
        let mut sources = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("text.rs") {
                    sources.push(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        sources
    }

    #[test]
    fn every_text_that_a_page_names_is_there() {
        let english = texts(Language::En);
        let mut named = 0;
        for source in sources() {
            for call in ["say(\"", "say_with(\"", "say_count(\"", "say_two(\""] {
                for rest in source.split(call).skip(1) {
                    let name = rest.split('"').next().unwrap();
                    assert!(english.contains_key(name), "{name} is in no language");
                    named += 1;
                }
            }
        }
        assert!(named > 150, "{named} are named");
    }

    #[test]
    fn every_name_out_of_a_closed_list_has_a_text() {
        use refund_core::*;
        let english = texts(Language::En);
        let mut missing = Vec::new();
        let mut look = |kind: &str, names: Vec<&str>| {
            let wanted =
                names.into_iter().map(|name| format!("{kind}-{}", name.replace(['.', '_'], "-").to_lowercase()));
            missing.extend(wanted.filter(|name| !english.contains_key(name)));
        };
        macro_rules! all {
            ($($kind:literal: $name:ty),+) => { $(look($kind, <$name>::ALL.iter().map(|name| name.as_str()).collect());)+ };
        }
        all!(
            "role": Role, "type": RefundType, "category": Category, "status": StatusKind, "closed": ClosedReason,
            "negotiation": NegotiationStatus, "withdrawn": WithdrawnReason, "payout": PayoutStatus,
            "deadline": DeadlineKind, "action": CommandKind, "refusal": RefusalCode, "event": EventType,
            "audit-type": AuditType, "reason-for": ReasonFor, "fault": Fault
        );
        let of = |role: Role| {
            let kinds = CommandKind::ALL.iter().filter(move |kind| kind.roles().contains(&role));
            kinds.map(|kind| kind.as_str()).collect::<Vec<_>>()
        };
        for role in [Role::Seller, Role::Operator] {
            look("done", of(role));
            look("means", of(role).into_iter().filter(|kind| *kind != "make_offer").collect());
        }
        look("buyer-done", of(Role::Buyer));
        for kind in ["tab", "tab-of"] {
            look(kind, refund_store::Pile::WORKED_ON.iter().map(|pile| pile.as_str()).chain(["all"]).collect());
        }
        look("sort", refund_store::SearchOrder::ALL.map(refund_store::SearchOrder::as_str).to_vec());
        for kind in ["team", "team-means"] {
            look(kind, refund_store::TeamRole::ALL.map(refund_store::TeamRole::as_str).to_vec());
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}

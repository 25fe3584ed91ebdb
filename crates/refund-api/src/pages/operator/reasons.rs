//! A policy's reasons as they are typed: one a line, what it is for, its code, whose fault it is, and the platform's own
//! words behind, where it has some: `refuse worn buyer | en: It was worn | zh-Hant: 已使用`. One that has to be shown by
//! files has a word more: `refuse worn buyer evidence`.

use refund_core::{Label, ListedReason, ReasonFor, ReasonText, Reasons};
use serde_json::Value;

use crate::pages::form::Mistake;
use crate::pages::reader::Reader;
use crate::pages::reasons::listed;

const FIELD: &str = "reasons";
/// What stands behind whose fault it is, where files have to show it.
const EVIDENCE: &str = "evidence";

/// The lines of a list.
pub(super) fn lines(reasons: &Reasons) -> String {
    reasons.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(reason: &ListedReason) -> String {
    let ListedReason { code, purpose, fault, evidence, text } = reason;
    let worded = [("en", &text.en), ("zh-Hant", &text.zh_hant), ("zh-Hans", &text.zh_hans)];
    let worded = worded.into_iter().filter_map(|(tag, own)| Some(format!(" | {tag}: {}", own.as_ref()?)));
    let shown = if *evidence { format!(" {EVIDENCE}") } else { String::new() };
    format!("{purpose} {code} {fault}{shown}{}", worded.collect::<String>())
}

/// The list of some lines; what is wrong with one names it.
pub(super) fn typed(lines: &str) -> Result<Reasons, Mistake> {
    let numbered = (1..).zip(lines.lines()).filter(|(_, line)| !line.trim().is_empty());
    let wrong = |number| Mistake { max: number, ..Mistake::new(FIELD, "mistake-reason-line") };
    let listed = numbered.map(|(number, line)| of_line(line).ok_or_else(|| wrong(number)));
    Reasons::try_from(listed.collect::<Result<Vec<_>, _>>()?).map_err(|_| Mistake::new(FIELD, "mistake-reasons"))
}

fn of_line(line: &str) -> Option<ListedReason> {
    let mut parts = line.split('|');
    let words: Vec<&str> = parts.next()?.split_whitespace().collect();
    let (purpose, code, fault, evidence) = match *words.as_slice() {
        [purpose, code, fault] => (purpose, code, fault, false),
        [purpose, code, fault, EVIDENCE] => (purpose, code, fault, true),
        _ => return None,
    };
    let mut text = ReasonText::default();
    for part in parts {
        let (tag, words) = part.split_once(':')?;
        let own = match tag.trim() {
            "en" => &mut text.en,
            "zh-Hant" => &mut text.zh_hant,
            "zh-Hans" => &mut text.zh_hans,
            _ => return None,
        };
        *own = Some(Label::new(words.trim()).ok()?);
    }
    let (purpose, code, fault) = (purpose.parse().ok()?, code.parse().ok()?, fault.parse().ok()?);
    Some(ListedReason { code, purpose, fault, evidence, text })
}

/// The list of a policy's JSON.
pub(super) fn of(value: &Value) -> Reasons {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

/// What a reason is called, and that files have to show it, where they do.
fn in_full(reader: &Reader, reason: &ListedReason) -> String {
    let called = listed(reader, reason);
    if reason.evidence { reader.say_with("reason-with-files", "reason", &called) } else { called }
}

/// A list in words.
pub(super) fn in_words(reader: &Reader, reasons: &Reasons) -> String {
    let group = |purpose: &ReasonFor| {
        let all: Vec<_> = reasons.of(*purpose).map(|reason| in_full(reader, reason)).collect();
        let named = reader.term("reason-for", purpose.as_str());
        (!all.is_empty()).then(|| format!("{named}: {}", all.join(" · ")))
    };
    let groups: Vec<_> = ReasonFor::ALL.iter().filter_map(group).collect();
    if groups.is_empty() { reader.say("none") } else { groups.join(" — ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_what_is_read() {
        let mut all: Vec<ListedReason> = Reasons::usual().into();
        all[0].text.en = Some("Not here: yet".parse().unwrap());
        all[0].text.zh_hant = Some("未到".parse().unwrap());
        all[1].evidence = true;
        all[0].evidence = true;
        let reasons = Reasons::try_from(all).unwrap();
        assert_eq!(typed(&lines(&reasons).replace('\n', "\r\n\r\n")), Ok(reasons));
        assert_eq!(typed(" \n"), Ok(Reasons::default()));
    }

    #[test]
    fn a_line_that_says_no_reason_is_named_by_its_number() {
        for none in [
            "refuse worn",
            "refuse worn nobody",
            "agree worn buyer",
            "refuse worn buyer proof",
            "refuse worn buyer evidence evidence",
            "refuse Worn buyer",
            "refuse worn buyer |",
            "refuse worn buyer | de: alt",
            "refuse worn buyer | en: ",
        ] {
            let mistake = typed(&format!("refuse other none\n\n{none}")).unwrap_err();
            assert_eq!((mistake.text, mistake.max), ("mistake-reason-line", 3), "{none}");
        }
        assert_eq!(typed("refuse other none\nrefuse other buyer").unwrap_err().text, "mistake-reasons");
    }
}

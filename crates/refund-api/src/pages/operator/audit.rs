//! Who did what: settings, rulings, and who signed in or was not let in.

use std::str::FromStr;

use askama::Template;
use axum::response::Response;
use refund_core::{AuditType, PolicyField, Role, SellerId, Timestamp};
use refund_store::{AuditQuery, Audited, Settings};
use serde_json::Value;

use super::fields::in_words;
use crate::pages::form::Mistake;
use crate::pages::frame::{Frame, Notice, shown};
use crate::pages::part::{ListPart, PAGE, PartLinks, behind};
use crate::pages::queue::Choice;
use crate::pages::reader::Reader;
use crate::pages::seller_place;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::secrets::cursor::another_lists;
use crate::wire::{AuditOut, ChangeOut, EventOut};

#[derive(Template)]
#[template(path = "pages/operator/audit.html")]
struct Page {
    page: Frame,
    entries: Vec<EntryView>,
    links: PartLinks,
    types: Vec<Choice>,
    actor: String,
    since: String,
    until: String,
    zone: String,
}

struct EntryView {
    at: String,
    what: String,
    subject: String,
    subject_name: Option<String>,
    subject_place: Option<String>,
    /// Who did it: what they are called, and where all that they did is shown.
    who: Option<(String, Option<String>)>,
    address: Option<String>,
    tries: Option<usize>,
    changes: Vec<ChangeView>,
}

struct ChangeView {
    field: String,
    before: Option<String>,
    after: Option<String>,
    is_replaced_unseen: bool,
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    let (app, settings) = (&visit.app, visit.app.engine.settings());
    let (asked, notice) = match asked(&visit, &settings) {
        Ok(asked) => (Some(asked), None),
        Err(mistake) => {
            let name = visit.reader.term("audit", mistake.field);
            (None, Some(Notice::mistaken(&visit.reader, &name, &mistake)))
        }
    };
    // A cursor goes on in the list that it came from.
    let list = format!("audit {asked:?}");
    let last = behind(&visit, &list)?;
    let behind = last.map(|id| EventOut::position(&id).ok_or_else(another_lists)).transpose()?;
    let found = match asked {
        Some(asked) => {
            app.failed_sign_ins.store_for_looking(&app.engine).await;
            let query = AuditQuery { behind, limit: PAGE.saturating_add(1), ..asked };
            app.engine.store().audit(&query).await?
        }
        None => Vec::new(),
    };
    let ListPart { items, links } = ListPart::cut(&visit, &list, found, |audited| EventOut::id(audited.position))?;
    let entry = |audited: &Audited| {
        let id = visit.app.event_ids.of_audit(Role::Operator, audited.position);
        EntryView::new(&visit.reader, AuditOut::new(id, audited, &settings, Role::Operator))
    };
    let page = Page {
        page: Frame::new(&visit, "audit-title", "audit").saying(notice),
        entries: items.iter().map(entry).collect(),
        links,
        types: types(&visit),
        actor: visit.query.get("actor").to_owned(),
        since: visit.query.get("since").to_owned(),
        until: visit.query.get("until").to_owned(),
        zone: visit.reader.zone_told(),
    };
    shown(page.page.status(), &page)
}

fn types(visit: &Visit) -> Vec<Choice> {
    let chosen = visit.query.get("type");
    AuditType::ALL.iter().map(|of| Choice::new(&visit.reader, "audit-type", of.as_str(), chosen)).collect()
}

/// What the address asks for. Who did it is named by an id, or by what people call them.
fn asked(visit: &Visit, settings: &Settings) -> Result<AuditQuery, Mistake> {
    let (query, reader) = (&visit.query, &visit.reader);
    let types = match query.get("type") {
        "" => Vec::new(),
        named => vec![AuditType::from_str(named).map_err(|_| Mistake::new("type", "mistake-choose"))?],
    };
    let actor = Some(query.get("actor").trim()).filter(|actor| !actor.is_empty()).map(|actor| {
        let person = settings.user_named(actor).map(|user| user.id.clone());
        let keys = settings.keys();
        let key = || keys.iter().find(|key| key.name.as_str() == actor).map(|key| key.id.clone());
        person.or_else(key).unwrap_or_else(|| actor.to_owned())
    });
    let (since, until) = (reader.read_instant(query, "since")?, reader.read_instant(query, "until")?);
    Ok(AuditQuery { types, actor, since, until, ..AuditQuery::default() })
}

impl EntryView {
    fn new(reader: &Reader, out: AuditOut) -> Self {
        let role = |role: Role| {
            if role == Role::System { reader.say("audit-server") } else { reader.term("role", role.as_str()) }
        };
        let who = out.actor.map(|actor| {
            let name = out.actor_name.unwrap_or_else(|| role(actor.role));
            (name, actor.via_id.map(|id| format!("/operator/audit?actor={id}")))
        });
        let subject = out.subject.unwrap_or_default();
        let subject_place = match out.audit_type {
            AuditType::Ruling | AuditType::Erasure | AuditType::BuyerLink => Some(format!("/refunds/{subject}")),
            AuditType::Seller => SellerId::new(subject.as_str()).ok().map(|id| seller_place(&id)),
            AuditType::Policy
            | AuditType::Rollout
            | AuditType::SavedOffer
            | AuditType::Key
            | AuditType::Webhook
            | AuditType::Person
            | AuditType::SignIn
            | AuditType::SignInFailed
            | AuditType::Restoration => None,
        };
        Self {
            at: reader.instant(out.at),
            what: reader.term("audit-type", out.audit_type.as_str()),
            subject,
            subject_name: out.subject_name,
            subject_place,
            who,
            address: out.address,
            tries: out.count.and_then(|count| usize::try_from(count).ok()),
            changes: out.changes.into_iter().map(|change| ChangeView::new(reader, change)).collect(),
        }
    }
}

/// What parts of a field's name are called here, and what on the page where the setting is changed.
const OWN: [&str; 32] = [
    "name",
    "revoked_at",
    "types",
    "enabled_at",
    "disabled",
    "at",
    "because",
    "both_secrets_until",
    "password",
    "link_expires_at",
    "disabled_at",
    "team_role",
    "second_factor",
    "recovery_codes",
    "generation",
    "ruling",
    "sha256",
    "batches",
    "open",
    "allow",
    "deny",
    "addresses",
    "reasons",
    "fault",
    "evidence",
    "text",
    "contacts",
    "operator_contacts",
    "email",
    "language",
    "kinds",
    "time_zone",
];
const OF_FORMS: [&str; 15] = [
    "role",
    "seller_id",
    "scope",
    "expires_at",
    "url",
    "description",
    "reason",
    "amount",
    "percentage",
    "opens_at",
    "sellers",
    "recipient",
    "phone",
    "address",
    "default",
];

impl ChangeView {
    fn new(reader: &Reader, change: ChangeOut) -> Self {
        let ChangeOut { field, before, after } = change;
        let last = field.rsplit('.').next().unwrap_or_default();
        let of_policy = last.parse::<PolicyField>().ok();
        let value = |text: String| value_told(reader, last, of_policy, text);
        let is_replaced_unseen = before.is_some() && before == after;
        Self {
            field: match of_policy {
                Some(policy) => reader.term("policy", policy.as_str()),
                None => field.split('.').map(|part| called(reader, part)).collect::<Vec<_>>().join(" · "),
            },
            before: before.map(value),
            after: after.map(value),
            is_replaced_unseen,
        }
    }
}

/// A part of a field's name: as people know it, or the id or name that it is.
fn called(reader: &Reader, part: &str) -> String {
    let kind = if OWN.contains(&part) { "audit-field" } else { "field" };
    let is_known = OWN.contains(&part) || OF_FORMS.contains(&part);
    if is_known { reader.term(kind, part) } else { part.to_owned() }
}

/// A value as people read it: lengths of time, instants and words are told as on the page of the setting.
fn value_told(reader: &Reader, field: &str, of_policy: Option<PolicyField>, text: String) -> String {
    if let Some(of_policy) = of_policy {
        let listed = || serde_json::from_str(&format!("[{text}]"));
        let value = serde_json::from_str(&text).or_else(|_| listed()).unwrap_or_else(|_| Value::String(text.clone()));
        return in_words(reader, of_policy, &value);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return reader.instant(at);
    }
    match (field, text.as_str()) {
        (_, "true") => reader.say("yes"),
        (_, "false") => reader.say("no"),
        ("role", "operator" | "platform" | "seller") => reader.term("role", &text),
        ("fault", "seller" | "buyer" | "carrier" | "none") => reader.term("fault", &text),
        ("scope", "full" | "read") => reader.term("scope", &text),
        ("because", "asked" | "gone" | "failing") => reader.term("off", &text),
        ("ruling", "refund" | "close") => reader.term("audit-ruling", &text),
        ("team_role", "owner" | "clerk" | "reader") => reader.term("team", &text),
        ("password" | "second_factor", _) => reader.say("audit-set"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::reader::Theme;
    use crate::pages::text::Language;

    #[test]
    fn each_part_of_a_fields_name_has_a_text_and_values_are_told_as_people_read_them() {
        let now = "2026-03-01T02:05:00Z".parse().unwrap();
        for language in Language::ALL {
            let reader = Reader { language, theme: Theme::Auto, zone: None, now, time_passes: true };
            for part in OWN.iter().chain(&OF_FORMS) {
                let told = called(&reader, part);
                assert!(!told.contains('-') || told.contains(' '), "{part}: {told}");
            }
        }
        let reader = Reader { language: Language::En, theme: Theme::Auto, zone: None, now, time_passes: true };
        let change = |field: &str, before: Option<&str>, after: Option<&str>| {
            let [before, after] = [before, after].map(|text| text.map(str::to_owned));
            let told = ChangeView::new(&reader, ChangeOut { field: field.to_owned(), before, after });
            format!("{}: {:?} {:?}", told.field, told.before, told.after)
        };
        for (field, before, after, told) in [
            (
                "policy.seller_decide_seconds",
                Some("129600"),
                Some("172800"),
                r#"How long the seller has to decide: Some("36 hours") Some("48 hours")"#,
            ),
            (
                "reminders_seconds",
                Some("10800, 60"),
                Some(""),
                r#"How long before each deadline its party is reminded: Some("3 hours · 1 minute") Some("none")"#,
            ),
            ("batches.first.open", Some("false"), Some("true"), r#"Batch · first · Open: Some("No") Some("Yes")"#),
            ("disabled.because", None, Some("failing"), r#"Off · why: None Some("nothing got through for too long")"#),
        ] {
            assert_eq!(change(field, before, after), told);
        }
    }
}

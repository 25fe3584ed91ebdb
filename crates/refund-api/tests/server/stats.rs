//! The statistics, held against a second counting: of the events as the feed gives them, one by one.

use std::collections::BTreeMap;

use crate::support::{Hands, SELLER, Server, opening, path, small_refund};
use fastrand::Rng;
use serde_json::{Value, json};

const COUNTS: [&str; 6] =
    ["offers_made", "offers_accepted", "offers_rejected", "offers_expired", "offers_withdrawn", "decided_by_silence"];
/// Wide enough for the demo's own stories and all that the tests add.
const RANGE: &str = "from=2026-01-01&to=2026-12-31";

#[derive(Default, Debug, Clone, PartialEq)]
struct Counted {
    counts: BTreeMap<String, u64>,
    /// Minor units by currency: asked and kept.
    sums: BTreeMap<String, (i128, i128)>,
    answers: Vec<i64>,
}

impl Counted {
    fn one(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    /// The same out of the server's answer.
    fn answered(numbers: &Value) -> Self {
        let counts = COUNTS.into_iter().map(|name| (name.to_owned(), numbers[name].as_u64().unwrap()));
        let mut sums: BTreeMap<String, (i128, i128)> = BTreeMap::new();
        for money in numbers["amount_asked"].as_array().unwrap() {
            sums.entry(currency(money)).or_default().0 = minor(money);
        }
        for money in numbers["amount_kept"].as_array().unwrap() {
            sums.entry(currency(money)).or_default().1 = minor(money);
        }
        Self { counts: counts.filter(|(_, count)| *count > 0).collect(), sums, answers: Vec::new() }
    }
}

fn currency(money: &Value) -> String {
    money["currency"].as_str().unwrap().to_owned()
}

fn minor(money: &Value) -> i128 {
    money["value"].as_str().unwrap().replace('.', "").parse().unwrap()
}

/// Everything in the feed, one event after the other.
fn feed(server: &Server) -> Vec<Value> {
    let (mut events, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/v1/events?limit=100{after}"), &server.operator).body;
        events.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return events,
        }
    }
}

/// Counts by seller and day.
fn counted(events: &[Value]) -> BTreeMap<(String, String), Counted> {
    let mut all: BTreeMap<(String, String), Counted> = BTreeMap::new();
    let mut sellers = BTreeMap::new();
    let mut requested = BTreeMap::new();
    let mut offers = BTreeMap::new();
    for event in events {
        let (id, data, at) = (event["refund_id"].to_string(), &event["data"], event["at"].as_str().unwrap());
        let kind = event["type"].as_str().unwrap();
        if kind == "refund.opened" {
            sellers.insert(id.clone(), data["seller_id"].as_str().unwrap().to_owned());
        }
        let counted = all.entry((sellers[&id].clone(), at[..10].to_owned())).or_default();
        let silent = event["actor"]["role"] == "system";
        match kind {
            "refund.opened" | "refund.modified" => drop(requested.insert(id, data["amount"].clone())),
            "negotiation.offered" => {
                counted.one("offers_made");
                let asked = requested[&id].clone();
                counted.sums.entry(currency(&asked)).or_default().0 += minor(&asked);
                offers.insert(id, (asked, data["offer"]["amount"].clone(), at.to_owned()));
            }
            "negotiation.accepted" | "negotiation.rejected" => {
                counted.one(&kind.replace("negotiation.", "offers_"));
                let (asked, offered, made_at) = &offers[&id];
                if kind == "negotiation.accepted" {
                    counted.sums.entry(currency(asked)).or_default().1 += minor(asked) - minor(offered);
                }
                let instant = |text: &str| text.parse::<refund_core::Timestamp>().unwrap().as_millis();
                counted.answers.push((instant(at) - instant(made_at)) / 1000);
            }
            "negotiation.expired" | "negotiation.withdrawn" => counted.one(&kind.replace("negotiation.", "offers_")),
            "refund.agreed" | "refund.closed" | "refund.receipt_confirmed" if silent => {
                counted.one("decided_by_silence");
            }
            _ => {}
        }
    }
    all
}

/// Counts of several together.
fn together<'a>(all: impl Iterator<Item = &'a Counted>) -> Counted {
    let mut sum = Counted::default();
    for counted in all {
        for (name, count) in &counted.counts {
            *sum.counts.entry(name.clone()).or_default() += count;
        }
        for (currency, (asked, kept)) in &counted.sums {
            let own = sum.sums.entry(currency.clone()).or_default();
            *own = (own.0 + asked, own.1 + kept);
        }
        sum.answers.extend(&counted.answers);
    }
    sum
}

#[track_caller]
fn agree(numbers: &Value, expected: &Counted) {
    let mut answers = expected.answers.clone();
    answers.sort_unstable();
    assert_eq!(Counted::answered(numbers), Counted { answers: Vec::new(), ..expected.clone() });
    match answers.get(answers.len().saturating_sub(1) / 2) {
        None => assert!(numbers["median_answer_seconds"].is_null()),
        Some(exact) => {
            let median = numbers["median_answer_seconds"].as_i64().unwrap();
            assert!(median <= *exact && exact - median <= exact / 64, "{median} for {exact}");
        }
    }
}

/// Holds the statistics of all and of each seller, in all and day by day, against the second counting.
fn hold(server: &Server) {
    let expected = counted(&feed(server));
    let sellers: Vec<String> = expected.keys().map(|(seller, _)| seller.clone()).collect();
    for seller in std::iter::once(None).chain(sellers.iter().map(Some)) {
        let filter = seller.map_or(String::new(), |id| format!("&seller_id={id}"));
        let stats = server.get(&format!("/v1/stats?{RANGE}{filter}"), &server.operator).body;
        let is_of = |known: &String| seller.is_none_or(|id| id == known);
        let own = expected.iter().filter(|((known, _), _)| is_of(known));
        agree(&stats["total"], &together(own.map(|(_, counted)| counted)));
        for day in stats["days"].as_array().unwrap() {
            let on_day = expected.iter().filter(|((known, date), _)| is_of(known) && day["date"] == date.as_str());
            agree(day, &together(on_day.map(|(_, counted)| counted)));
        }
    }
}

/// Does something that may or may not be possible.
fn act(server: &Server, refunds: &mut Vec<Value>, random: &mut Rng) {
    let (choice, number) = (random.u8(0..13), refunds.len());
    if choice < 3 || number == 0 {
        let mut body = opening(&format!("random-{number}"));
        if random.bool() {
            let yen = json!({ "currency": "JPY", "value": "2000" });
            (body["order_line"]["paid"], body["amount"]) = (yen.clone(), yen);
        }
        refunds.push(server.post("/v1/refunds", &server.platform, &[], &body).body);
        return;
    }
    let refund = server.show(&refunds[random.usize(number.saturating_sub(6)..number)]);
    let small = |random: &mut Rng| {
        let currency = refund["requested"]["amount"]["currency"].clone();
        json!({ "type": "REFUND_ONLY", "amount": { "currency": currency, "value": random.u32(1..=20).to_string() } })
    };
    let by_buyer = |what: &str, body: &Value| drop(server.post(&path(&refund, what), &server.platform, &[], body));
    let answer = json!({ "negotiation_id": refund["negotiation"]["id"] });
    match choice {
        3..=5 => drop(server.as_seller(&refund, "negotiation", &small(random))),
        6 => by_buyer("negotiation/accept", &answer),
        7 => by_buyer("negotiation/reject", &answer),
        8 => {
            let mut change = small(random);
            change["reason"] = json!("another reason");
            by_buyer("modify", &change);
        }
        9 => by_buyer("cancel", &json!({})),
        10 => drop(server.as_seller(&refund, "agree", &json!({}))),
        11 => server.advance(random.u64(1..40_000)),
        _ => server.advance(random.u64(1..600)),
    }
}

#[test]
fn whatever_happens_the_numbers_are_those_of_the_events_and_a_restart_changes_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::demo(folder.path());
    hold(&server);
    let (mut random, mut refunds) = (Rng::with_seed(11), Vec::new());
    for _ in 0..4 {
        (0..90).for_each(|_| act(&server, &mut refunds, &mut random));
        hold(&server);
    }
    let total = server.get(&format!("/v1/stats?{RANGE}"), &server.operator).body["total"].clone();
    assert!(COUNTS.into_iter().all(|name| total[name].as_u64().unwrap() > 3), "everything was met: {total}");
    // Whatever was offered is answered, ended, or open.
    let open = server.get("/v1/refunds?negotiation=PENDING&limit=100", &server.operator).body;
    let ended: u64 = COUNTS[1..5].iter().map(|name| total[*name].as_u64().unwrap()).sum();
    assert_eq!(total["offers_made"], ended + u64::try_from(open["items"].as_array().unwrap().len()).unwrap());
    server.stop();
    server = Server::demo(folder.path());
    assert_eq!(server.get(&format!("/v1/stats?{RANGE}"), &server.operator).body["total"], total);
    server.stop();
}

#[test]
fn a_day_ends_at_midnight_in_utc_and_an_event_counts_on_the_day_on_which_it_was_due() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at("2026-03-01T23:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let (first, second) = (server.open("o-1"), server.open("o-2"));
    server.as_seller(&first, "negotiation", &small_refund("2.00"));
    server.as_seller(&second, "negotiation", &small_refund("3.00"));
    hands.set("2026-03-01T23:59:59Z");
    let answer = json!({ "negotiation_id": server.show(&first)["negotiation"]["id"] });
    server.post(&path(&first, "negotiation/accept"), &server.platform, &[], &answer);
    server.stop();
    // What was due on the third is settled on the ninth.
    hands.set("2026-03-09T00:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let stats = server.get("/v1/stats?from=2026-03-01&to=2026-03-03", &server.seller).body;
    assert_eq!((&stats["seller_id"], stats["days"].as_array().unwrap().len()), (&json!(SELLER), 3));
    let day = |number: usize| {
        let day = &stats["days"][number];
        let counts = COUNTS.map(|name| day[name].as_u64().unwrap());
        (counts, day["median_answer_seconds"].as_u64())
    };
    // 3599 seconds, to one part in 64.
    assert_eq!(day(0), ([2, 1, 0, 0, 0, 0], Some(3584)));
    assert_eq!(stats["days"][0]["amount_kept"], json!([{ "currency": "CNY", "value": "18.00" }]));
    assert_eq!((day(1).0, day(2).0), ([0; 6], [0, 0, 0, 1, 0, 1]));
    let today = server.get("/v1/stats", &server.operator).body;
    assert_eq!((&today["from"], &today["to"]), (&json!("2026-02-08"), &json!("2026-03-09")));
    server.stop();
}

#[test]
fn a_seller_has_its_own_numbers_and_days_are_days() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let ask = |query: &str, key: &str| {
        let reply = server.get(&format!("/v1/stats?{query}"), key);
        (reply.status, reply.body["code"].as_str().unwrap_or_default().to_owned())
    };
    let (ok, malformed) = ((200, String::new()), (400, "malformed_query".to_owned()));
    assert_eq!(ask(&format!("seller_id={SELLER}"), &server.seller), ok);
    assert_eq!(ask("seller_id=seller-lights", &server.seller), (404, "not_found".to_owned()));
    assert_eq!(ask("seller_id=nobody", &server.operator), ok, "of whom nothing is counted");
    assert_eq!(ask("", &server.platform), (403, "not_your_role".to_owned()));
    assert_eq!(ask("from=2026-03-01&to=2026-03-01", &server.operator), ok);
    assert_eq!(ask("from=2025-01-01&to=2026-01-01", &server.operator), ok, "366 days");
    for query in [
        "from=2026-03-02&to=2026-03-01",
        "from=2024-12-31&to=2026-01-01",
        "to=2026-3-1",
        "from=2026-02-30",
        "from=%2B12026-01-01",
        "day=2026-03-01",
        "from=",
    ] {
        assert_eq!(ask(query, &server.operator), malformed, "{query}");
    }
    assert_eq!(ask("to=0001-01-01", &server.operator), ok);
    server.stop();
}

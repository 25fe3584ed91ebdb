//! The server killed at every point of a webhook's life.
//!
//! Between an event and its arrival lie an intake, a queue, an attempt and the note of what came of
//! it. The server is killed at each, and while it stops, and at random; in the end every event of
//! the feed has arrived, signed, and a receiver can tell what it has had before.

pub(crate) mod receiver;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::client::{Ask, Client, Keys, number, text};
use super::load::follow;
use super::rng::Rng;
use super::server::{Place, Server, What, build};
use super::{commands, in_order, said};
use receiver::{Message, Receiver};

/// When the server is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// As soon as the last command is answered: its event may not have been taken in.
    Taken,
    /// While few are under way and the rest stands in the queue.
    Queued,
    /// While the receiver has a message and holds its answer back, with commands going on.
    Held,
    /// As soon as an answer was given, which may not be written down.
    Answered,
    /// While it stops, with an attempt under way.
    Stopping,
    /// After some messages, whatever it does.
    Anywhere,
}

const MOMENTS: [Moment; 6] =
    [Moment::Taken, Moment::Queued, Moment::Held, Moment::Answered, Moment::Stopping, Moment::Anywhere];
/// How many refunds are opened in each life, and how often something is done to one.
const REFUNDS: u64 = 4;
const ACTS: u64 = 8;

/// How it went.
#[derive(Debug, Clone, Default)]
pub struct HooksReport {
    seed: u64,
    killed: BTreeMap<&'static str, u64>,
    events: usize,
    messages: usize,
    /// Messages that had arrived before.
    pub again: usize,
    /// What should not have been; empty where all is well.
    pub violations: Vec<String>,
    /// Where the server's files are, kept where something should not have been.
    pub kept: Option<PathBuf>,
}

impl std::fmt::Display for HooksReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, killed, events, messages, again, violations, kept } = self;
        writeln!(f, "seed {seed}: ended by SIGKILL {killed:?}")?;
        writeln!(f, "{events} events arrived in {messages} messages, {again} of which had arrived before")?;
        write!(f, "{} violations", violations.len())?;
        violations.iter().take(super::VIOLATIONS_TOLD).try_for_each(|what| write!(f, "\n- {what}"))?;
        kept.iter().try_for_each(|folder| write!(f, "\nthe server's files are in {}", folder.display()))
    }
}

/// Kills a server that many times, at each moment in turn, and looks what arrived in the end.
///
/// # Errors
/// Where the server can't be built, or there is no place for its files.
pub fn run_hooks(times: u64, seed: u64) -> Result<HooksReport, String> {
    let folder = tempfile::tempdir().map_err(said)?;
    let place = Place { program: build()?, folder: folder.path().to_owned(), what: What::Sender, store: None };
    let (receiver, report) = (Receiver::start()?, HooksReport { seed, ..HooksReport::default() });
    let mut run = Run { place, receiver, rng: Rng::new(seed), set_up: None, report };
    if let Err(failure) = run.lives(times) {
        run.report.violations.push(failure);
    }
    let mut report = run.report;
    if !report.violations.is_empty() {
        report.kept = Some(folder.keep());
    }
    Ok(report)
}

/// What the first life made.
#[derive(Clone)]
struct SetUp {
    keys: Keys,
    secret: String,
}

struct Run {
    place: Place,
    receiver: Receiver,
    rng: Rng,
    set_up: Option<SetUp>,
    report: HooksReport,
}

impl Run {
    fn lives(&mut self, times: u64) -> Result<(), String> {
        for (life, moment) in (0..times).zip(MOMENTS.iter().cycle()) {
            self.life(life, *moment).map_err(|why| format!("life {life}, {moment:?}: {why}"))?;
        }
        let server = self.place.start()?;
        let SetUp { keys, secret } = self.set_up(&server)?;
        let mut feed = Vec::new();
        follow(&Client::new(&server.base_url, &keys), &mut feed)?;
        let has_all =
            |events: &std::collections::BTreeSet<String>| feed.iter().all(|event| events.contains(text(event, "/id")));
        self.receiver.wait("all events", |state| has_all(&state.events))?;
        in_order(server)?;
        let state = self.receiver.state();
        (self.report.events, self.report.messages) = (feed.len(), state.messages.len());
        self.report.again = state.messages.len().saturating_sub(state.events.len());
        self.report.violations.extend(wrong(&feed, &state.messages, &secret));
        Ok(())
    }

    /// One life, to its moment.
    fn life(&mut self, life: u64, moment: Moment) -> Result<(), String> {
        let holds = matches!(moment, Moment::Queued | Moment::Held | Moment::Stopping);
        self.receiver.hold(holds);
        let server = self.place.start()?;
        let client = Client::new(&server.base_url, &self.set_up(&server)?.keys);
        let (mut theirs, some) = (self.rng.fork(), usize::try_from(self.rng.below(6)).map_err(said)?);
        let (arrived, answered) = self.receiver.so_far();
        let receiver = &self.receiver;
        let comes = || receiver.wait("a message", |state| state.messages.len() > arrived);
        std::thread::scope(|scope| {
            let acting = scope.spawn(move || act(&client, life, &mut theirs));
            let acted = |acting: std::thread::ScopedJoinHandle<'_, Result<(), String>>| {
                acting.join().map_err(|_| "a caller panicked".to_owned())?
            };
            match moment {
                Moment::Taken => acted(acting)?,
                Moment::Queued => acted(acting).and(comes())?,
                Moment::Held => comes()?,
                Moment::Answered => receiver.wait("an answer", |state| state.answered > answered)?,
                Moment::Stopping => {
                    acted(acting).and(comes())?;
                    server.begin_to_end()?;
                }
                Moment::Anywhere => {
                    receiver.wait("some messages", |state| state.messages.len() > arrived.saturating_add(some))?
                }
            }
            server.kill()
        })?;
        self.receiver.hold(false);
        let count = self.report.killed.entry(moment.name()).or_default();
        *count = count.saturating_add(1);
        Ok(())
    }

    /// The sellers, keys and the endpoint, made by the first life.
    fn set_up(&mut self, server: &Server) -> Result<SetUp, String> {
        if let Some(known) = &self.set_up {
            return Ok(known.clone());
        }
        let operator = self.place.operator_key()?;
        let nobody = || Keys {
            operator: operator.clone(),
            platform: String::new(),
            homeware: String::new(),
            lights: String::new(),
        };
        let client = Client::new(&server.base_url, &nobody());
        for (id, address) in [("seller-homeware", "main"), (commands::LIGHTS.0, commands::LIGHTS.2)] {
            let address = json!({ "id": address, "recipient": "r", "phone": "1", "address": "a", "default": true });
            client.done("PUT", &format!("/v1/sellers/{id}"), json!({ "name": id, "addresses": [address] }))?;
        }
        let key = |body: Value| Ok::<_, String>(text(&client.done("POST", "/v1/keys", body)?, "/secret").to_owned());
        let of_seller = |id: &str| key(json!({ "name": "s", "role": "seller", "seller_id": id }));
        let keys = Keys {
            platform: key(json!({ "name": "p", "role": "platform" }))?,
            homeware: of_seller("seller-homeware")?,
            lights: of_seller(commands::LIGHTS.0)?,
            ..nobody()
        };
        let made = client.done("POST", "/v1/webhooks", json!({ "url": self.receiver.url }))?;
        let set_up = SetUp { keys, secret: text(&made, "/secret").to_owned() };
        self.set_up = Some(set_up.clone());
        Ok(set_up)
    }
}

impl Moment {
    fn name(self) -> &'static str {
        match self {
            Self::Taken => "before the intake",
            Self::Queued => "between event and attempt",
            Self::Held => "while the answer is awaited",
            Self::Answered => "after the answer",
            Self::Stopping => "while it stops",
            Self::Anywhere => "anywhere",
        }
    }
}

/// Opens refunds and acts on them; whether the rules like it is not the question here.
fn act(client: &Client, life: u64, rng: &mut Rng) -> Result<(), String> {
    let mut refunds = Vec::new();
    for turn in 0..REFUNDS.saturating_add(ACTS) {
        let mark = format!("k-{life}-{turn}");
        let refund = rng.pick(&refunds).cloned().filter(|_| turn >= REFUNDS);
        let command = match &refund {
            Some(refund) => commands::on(rng, refund, mark),
            None => commands::open(rng, mark),
        };
        let reply = client.send(&command.call).map_err(said)?;
        if reply.is_done() {
            refunds.retain(|known: &Value| text(known, "/id") != text(&reply.body, "/id"));
            refunds.push(reply.body);
        }
    }
    Ok(())
}

/// What of all that arrived should not have been so.
pub(crate) fn wrong(feed: &[Value], messages: &[Message], secret: &str) -> Vec<String> {
    let known: BTreeMap<&str, &Value> = feed.iter().map(|event| (text(event, "/id"), event)).collect();
    let (mut found, mut ids, mut by_refund) =
        (Vec::new(), BTreeMap::new(), BTreeMap::<String, BTreeMap<u64, String>>::new());
    for message in messages {
        let event = match message.event(secret) {
            Ok(event) => event,
            Err(why) => {
                found.push(why);
                continue;
            }
        };
        let id = text(&event, "/id").to_owned();
        if known.get(id.as_str()) != Some(&&event) {
            found.push(format!("what arrived is not in the feed: {event}"));
        }
        let before = ids.entry(id.clone()).or_insert_with(|| message.id().to_owned());
        if before != message.id() {
            found.push(format!("event {id} came as {before} and as {}", message.id()));
        }
        let order = by_refund.entry(text(&event, "/refund_id").to_owned()).or_default();
        order.insert(number(&event, "/sequence"), id);
    }
    let different: std::collections::BTreeSet<_> = ids.values().collect();
    if different.len() != ids.len() || ids.len() != feed.len() {
        found.push(format!(
            "{} events arrived under {} ids, and the feed has {}",
            ids.len(),
            different.len(),
            feed.len()
        ));
    }
    for (refund_id, order) in by_refund {
        let told: Vec<&str> = order.values().map(String::as_str).collect();
        let of_refund = feed.iter().filter(|event| text(event, "/refund_id") == refund_id);
        if told != of_refund.map(|event| text(event, "/id")).collect::<Vec<_>>() {
            found.push(format!("the sequence numbers of {refund_id} tell another order than the feed"));
        }
    }
    found
}

//! A store in which everything has happened that can be recorded, and all that can be read of one.

use std::collections::BTreeSet;
use std::sync::Arc;

use refund_core::{
    Attachments, ErasedBecause, ErasedKind, Erasing, EvidenceFile, EvidenceType, ExternalReference, FileHash, FileSize,
    Message, Metadata, NamedFiles, SavedAmount, SavedOffer, SellerId, Share,
};
use refund_store::{
    AuditQuery, Audited, Entry, EventPosition, Feed, Fingerprint, IdempotencyKey, Page, Query, Recorded, SetUp,
    Settings, Sort, Store, Work, wait,
};

use super::story::{self, *};

/// Everything.
pub(crate) fn tell_everything(store: &dyn Store) {
    tell(store);
    do_it(store, open_with_references("e"));
    // A second one on the line of a refund that was paid, and one that is given up at once.
    do_it(store, open_on_line("f", "a", "kim", 700));
    do_it(store, open_on_line("g", "g", "lee", 1));
    let by_lee =
        |command| by("g", refund_core::Actor::new(refund_core::Role::Buyer, "lee", refund_core::Via::Link), command);
    do_it(store, by_lee(refund_core::Command::Cancel { reason: None }));
    let post = Work::PostMessage { refund_id: "e".parse().unwrap(), message: Box::new(message()) };
    do_it(store, under("message", 4, refund_store::Request::new(operator(), post)));
    let (file, sha256) = (Box::new(file()), file().sha256);
    do_it(store, refund_store::Request::new(operator(), Work::AddEvidence { refund_id: "e".parse().unwrap(), file }));
    do_it(
        store,
        refund_store::Request::new(operator(), Work::EraseEvidence { refund_id: "e".parse().unwrap(), sha256 }),
    );
    let erasing = Erasing {
        what: Some(vec![ErasedKind::Contact, ErasedKind::Text, ErasedKind::Files]),
        because: ErasedBecause::Law,
        reason: "letter 17".parse().unwrap(),
    };
    let refund_id = "e".parse().unwrap();
    do_it(store, refund_store::Request::new(operator(), Work::Erase { refund_id, erasing }));
    do_it(store, refund_store::Request::new(operator(), Work::ReplaceBuyerLink { refund_id: "e".parse().unwrap() }));
    do_it(store, put_seller("stall"));
    for request in settings_of_every_kind() {
        do_it(store, request);
    }
    // What is due happens, and what was answered long ago is given no more.
    do_it(store, advance(40 * 24 * HOUR));
    do_it(store, refund_store::Request::by_system(Work::SettleDue));
    do_it(store, under("late", 5, open_refund("late")));
}

fn open_with_references(id: &str) -> refund_store::Request {
    let request = open_refund(id);
    let Work::Open { mut opening, files } = request.work else { panic!("it opens") };
    let entries = [("ticket", "17"), ("channel", "app")];
    let entries = entries.map(|(name, text)| (name.to_owned().try_into().unwrap(), text.parse().unwrap()));
    opening.references.external_reference = Some("after-sale/4711".parse::<ExternalReference>().unwrap());
    opening.references.metadata = Metadata::new(entries).unwrap();
    refund_store::Request { work: Work::Open { opening, files }, ..request }
}

fn file() -> EvidenceFile {
    let (sha256, bytes) = (FileHash::new([7; 32]), FileSize::try_from(4711).unwrap());
    EvidenceFile { sha256, media_type: EvidenceType::Jpeg, bytes, name: "dent.jpg".parse().unwrap() }
}

fn message() -> Message {
    Message {
        text: "seen".parse().unwrap(),
        attachments: Attachments::default(),
        internal: true,
        for_operators: false,
        files: NamedFiles::default(),
    }
}

fn settings_of_every_kind() -> Vec<refund_store::Request> {
    let by_operator = |set_up| refund_store::Request::new(operator(), set_up);
    let shop: SellerId = "shop".parse().unwrap();
    let offer = |id: &str| SavedOffer {
        id: id.to_owned(),
        name: id.parse().unwrap(),
        kind: refund_core::RefundType::RefundOnly,
        amount: SavedAmount::OfPaid(Share::try_from(5_000).unwrap()),
        messages: Default::default(),
        return_address_id: None,
    };
    let save = |id: &str| by_operator(SetUp::SaveOffer { seller_id: shop.clone(), offer: Box::new(offer(id)) });
    vec![
        make_webhook("w1"),
        make_webhook("w2"),
        by_operator(SetUp::RemoveWebhook { webhook_id: "w1".to_owned() }),
        make_user("u1"),
        sign_in("u1", 4),
        sign_in("u1", 5),
        refund_store::Request::by_system(SetUp::SignOut { secret: refund_store::Secret([5; 32]) }),
        not_let_in("u1"),
        save("o1"),
        save("o2"),
        by_operator(SetUp::RemoveSavedOffer { seller_id: shop.clone(), offer_id: "o1".to_owned() }),
        issue("k2", 2),
        by_operator(SetUp::RevokeKey { key_id: "k2".to_owned() }),
        refund_store::Request::by_system(SetUp::TellOfRestoration { at: start(), random: 3 }),
    ]
}

/// What an entry is of, in one word.
pub(crate) fn kind(entry: &Entry) -> String {
    let told = format!("{entry:?}");
    told.split(|letter: char| !letter.is_alphanumeric()).next().unwrap().to_owned()
}

/// How many kinds of entries there are.
pub(crate) const KINDS: usize = 17;

/// All that can be read of a store.
#[derive(Debug, PartialEq)]
pub(crate) struct EveryRead {
    seen: story::Seen,
    settings: Arc<Settings>,
    feed: Vec<Recorded>,
    events: Vec<Option<refund_core::Event>>,
    pages: Vec<Page>,
    of_sellers: Vec<Feed>,
    ends: Vec<Option<EventPosition>>,
    answered: Vec<String>,
    histories: Vec<Vec<Recorded>>,
    audit: Vec<Vec<Audited>>,
}

pub(crate) fn read_everything(store: &dyn Store) -> EveryRead {
    wait(store.look()).unwrap();
    let feed = story::feed(store);
    let sellers: Vec<SellerId> = ["shop", "stall", "nobody"].iter().map(|id| id.parse().unwrap()).collect();
    let from = [None, feed.first().map(|(at, _)| *at), feed.get(feed.len() / 2).map(|(at, _)| *at)];
    let of_sellers = sellers.iter().flat_map(|id| from.map(|from| wait(store.feed_of(id, from, 3)).unwrap()));
    let ids: BTreeSet<_> = feed.iter().map(|(_, event)| event.refund_id.clone()).collect();
    EveryRead {
        seen: story::see(store),
        settings: store.settings(),
        events: feed.iter().map(|(at, _)| wait(store.event(*at)).unwrap()).collect(),
        pages: queries().into_iter().flat_map(|query| pages(store, query)).collect(),
        of_sellers: of_sellers.collect(),
        ends: sellers.iter().map(|id| wait(store.end_of(id)).unwrap()).collect(),
        answered: answered(store),
        histories: ids
            .iter()
            .flat_map(|id| [0, 1, 2].map(|after| wait(store.history(id, after, 2)).unwrap()))
            .collect(),
        audit: audits().iter().map(|query| wait(store.audit(query)).unwrap()).collect(),
        feed,
    }
}

/// What can be read of a store with much in it, in few calls.
pub(crate) fn read_much(store: &dyn Store) -> (Vec<Recorded>, Vec<Page>, Arc<Settings>) {
    wait(store.look()).unwrap();
    let sorted = |sort| pages(store, Query { sort, limit: 500, ..Query::default() });
    let pages = [Sort::Deadline, Sort::OpenedAt].into_iter().flat_map(sorted);
    (story::feed(store), pages.collect(), store.settings())
}

fn queries() -> Vec<Query> {
    let shop = || Some("shop".parse().unwrap());
    let sorted = |sort| {
        let all = || Query { sort, limit: 2, ..Query::default() };
        vec![
            all(),
            Query { seller_id: shop(), ..all() },
            Query { buyer_id: Some("kim".parse().unwrap()), limit: 100, ..all() },
            Query { order_id: Some("order".parse().unwrap()), ..all() },
            Query { external_reference: Some("after-sale/4711".parse().unwrap()), ..all() },
            Query { metadata: Some("ticket:17".to_owned().try_into().unwrap()), ..all() },
            Query { due_before: Some(start().plus(refund_core::Span::hours(60))), ..all() },
        ]
    };
    [Sort::Deadline, Sort::OpenedAt].into_iter().flat_map(sorted).collect()
}

/// Every page of a list, with where each goes on.
fn pages(store: &dyn Store, mut query: Query) -> Vec<Page> {
    let mut pages = Vec::new();
    loop {
        let page = wait(store.list(&query)).unwrap();
        query.after = page.next;
        pages.push(page);
        if query.after.is_none() {
            return pages;
        }
    }
}

fn answered(store: &dyn Store) -> Vec<String> {
    let keys = ["open-a", "open-d", "message", "late", "never"];
    let prints: [Fingerprint; 3] = [[1; 32], [4; 32], [5; 32]];
    let asked = keys.iter().flat_map(|key| prints.map(|print| (*key, print)));
    let told = asked.map(|(key, print)| {
        let key = IdempotencyKey { caller: "key_1".to_owned(), key: key.to_owned() };
        format!("{:?}", wait(store.answered(&key, print)))
    });
    told.collect()
}

fn audits() -> Vec<AuditQuery> {
    let all = || AuditQuery { limit: 1_000, ..AuditQuery::default() };
    vec![
        all(),
        AuditQuery { limit: 3, ..all() },
        AuditQuery { actor: Some("ann".to_owned()), ..all() },
        AuditQuery { seller_id: Some("shop".parse().unwrap()), ..all() },
        AuditQuery { types: vec![refund_core::AuditType::SignIn], ..all() },
    ]
}

//! Something to try: a few sellers, refunds in every status, and a clock that can be moved.

mod people;
mod stories;

use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use refund_core::{Label, NegotiationStatus, Policy, SellerId, Span, Timestamp};
use refund_store::files::disk::own_folder;
use refund_store::{Clock, KeyRole, OpenError, Query, Request, SetUp, Sort};
use serde_json::json;

use crate::machine::{clock, entropy};
use crate::mail::MailSettings;
use crate::outgoing::Reach;
use crate::server::{Config, Place, Running, StartError, issue, start};
use crate::{pages, secrets};

/// Where the demo is and what opens it.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Where it is.
    pub base_url: String,
    /// An operator's key.
    pub operator: String,
    /// The marketplace's key.
    pub platform: String,
    /// A seller's key.
    pub seller: String,
    /// That seller.
    pub seller_id: SellerId,
    /// Where a person of that seller signs in once.
    pub seller_link: String,
    /// Where a person of the operator does.
    pub operator_link: String,
    /// The page of a buyer who has an offer to answer.
    pub buyer_link: String,
    /// Where all this is written.
    pub file: PathBuf,
    /// Where the test clock stands.
    pub now: Timestamp,
}

/// The file that says where the demo is and what opens it, while it runs.
const FILE: &str = "demo.json";
/// The file that marks a folder as a demo's.
pub(crate) const MARK: &str = "demo";

/// Starts a demo in a folder, or in a database beside other demos; on one that an earlier demo made it goes on from there.
///
/// # Errors
/// [`StartError`], also where the folder holds something else.
pub async fn demo(
    data: PathBuf,
    place: Place,
    listen: SocketAddr,
    mail: MailSettings,
) -> Result<(Running, Demo), StartError> {
    let file = data.join(FILE);
    let folder_error = |error| StartError::Folder { folder: data.clone(), error };
    own_folder(&data).map_err(OpenError::from)?;
    let mark = data.join(MARK);
    // In this order: where another demo begins in it at this moment, the mark is the first thing there.
    let is_empty = std::fs::read_dir(&data).map_err(folder_error)?.next().is_none();
    if !mark.try_exists().map_err(folder_error)? {
        if !is_empty {
            return Err(StartError::NotADemo(data));
        }
        // Marked before anything is in it, so that a demo that was interrupted goes on as one.
        std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&mark).map_err(folder_error)?;
    }
    // What an earlier run wrote opens nothing now: the file is there once it is true again.
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(folder_error(error)),
        Ok(()) | Err(_) => {}
    }
    let present = whole_second(clock::system_now());
    let begins_at = Some(present.minus(BEGINS_BEFORE));
    // Whoever tries it out receives on the same machine.
    let reach = Reach::Anywhere;
    let config = Config { clock: Clock::Test, begins_at, reach, place, mail, ..Config::new(data.clone(), listen) };
    let running = start(config).await?;
    set_up(&running, present).await.map_err(StartError::SetUp)?;
    let demo = open_doors(&running, &file).await?;
    Ok((running, demo))
}

/// Has people told of what concerns them from now on, where the demo's policy is as it began: so one sees what they get.
///
/// # Errors
/// [`StartError::SetUp`].
pub async fn tell_people(running: &Running) -> Result<(), StartError> {
    if *running.app.engine.settings().policy != Policy::default() {
        return Ok(());
    }
    let policy = SetUp::PutPolicy(Box::new(Policy { notices: true, ..Policy::default() }));
    let told = running.submit(Request::by_system(policy)).await;
    told.map(drop).map_err(|refused| StartError::SetUp(format!("{refused:?}")))
}

/// A demo's time is what its answers' `Date` says, to the second: nothing in it lies between two.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis() / 1000 * 1000).unwrap_or(at)
}

/// How long before the present the stories begin: one of them is silent for 36 hours.
const BEGINS_BEFORE: Span = Span::hours(37);

/// Plays the stories that fill the demo, and leaves the clock at the present: once, however many demos share a store.
async fn set_up(running: &Running, present: Timestamp) -> Result<(), String> {
    let store = running.app.engine.store();
    people::set_up(store).await?;
    stories::play(store, present).await
}

/// Makes fresh keys and writes them down.
async fn open_doors(running: &Running, file: &Path) -> Result<Demo, StartError> {
    let set_up = |error: String| StartError::SetUp(error);
    let seller_id = people::first_seller().map_err(set_up)?;
    let mut secrets = Vec::new();
    for role in [KeyRole::Operator, KeyRole::Platform, KeyRole::Seller(seller_id.clone())] {
        let secret = entropy::key();
        let name = Label::new("demo").map_err(|error| set_up(error.to_string()))?;
        issue(running.app.engine.store(), name, role, &secret)
            .await
            .map_err(|refused| set_up(format!("{refused:?}")))?;
        secrets.push(secret);
    }
    let [operator, platform, seller] = <[String; 3]>::try_from(secrets).map_err(|_| set_up("three keys".to_owned()))?;
    let links = links(running, &seller_id).await.map_err(set_up)?;
    let [seller_link, operator_link, buyer_link] = links;
    let demo = Demo {
        seller_link,
        operator_link,
        buyer_link,
        base_url: running.public_url.clone(),
        operator,
        platform,
        seller,
        seller_id,
        file: file.to_owned(),
        now: running.app.engine.store().now(),
    };
    let text = json!({
        "base_url": demo.base_url,
        "keys": { "operator": demo.operator, "platform": demo.platform, "seller": demo.seller },
        "seller_id": demo.seller_id,
        "links": { "seller": demo.seller_link, "operator": demo.operator_link, "buyer": demo.buyer_link },
    });
    secrets::write(file, &format!("{text:#}"))
        .map_err(|error| StartError::Folder { folder: file.to_owned(), error })?;
    Ok(demo)
}

/// What the people of the seller and of the operator are called. Demos that share a store have people of their own: a
/// link takes the place of the one before.
fn people_of(running: &Running) -> [String; 2] {
    if running.app.engine.store().is_shared() {
        let port = running.address.port();
        return [format!("homeware-{port}"), format!("operator-{port}")];
    }
    ["homeware-1".to_owned(), "operator".to_owned()]
}

/// Where a seller, an operator and a buyer begin.
async fn links(running: &Running, seller_id: &SellerId) -> Result<[String; 3], String> {
    let (store, base) = (running.app.engine.store(), &running.public_url);
    let mut links = Vec::new();
    let roles = [KeyRole::Seller(seller_id.clone()), KeyRole::Operator];
    for (name, role) in people_of(running).into_iter().zip(roles) {
        let name = Label::new(name).map_err(|error| error.to_string())?;
        let path = pages::link_for(store, name, role).await.map_err(|refused| format!("{refused:?}"))?;
        links.push(format!("{base}{path}"));
    }
    let open = Query {
        seller_id: Some(seller_id.clone()),
        negotiation: Some(NegotiationStatus::Pending),
        limit: 1,
        ..Query::default()
    };
    // Where time has passed since, no offer may be open: then the latest refund has to do.
    let any = Query { seller_id: Some(seller_id.clone()), sort: Sort::OpenedAt, limit: 1, ..Query::default() };
    let list = async |query| store.list(query).await.map(|page| page.items).map_err(|error| error.to_string());
    let found = list(&open).await?.into_iter().chain(list(&any).await?).next().ok_or("no refunds")?;
    links.push(running.app.buyer_link(&found.refund.id).url);
    <[String; 3]>::try_from(links).map_err(|_| "three links".to_owned())
}

//! One task of a server that looks how far the database is: every now and then, and at once when somebody asks. Who asks
//! while one look is under way is served by the next, together with all others who do.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use refund_core::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::catching_up::{goes_on, settings_at};
use super::connection::{Connector, Purpose};
use super::head::Head;
use super::known::Known;
use super::loading::LoadError;
use super::sql;
use crate::StoreError;
use crate::model::remembered::REMEMBERED_FOR_MILLIS;

/// How old what is at hand may get where nobody asks.
const POLL: Duration = Duration::from_millis(50);
/// After how many looks what nobody needs any more is looked for: about an hour's.
const LOOKS_PER_TIDYING: u32 = 72_000;
/// How long a look may take. Who waits for it is told then.
const LOOK_MAX: Duration = Duration::from_secs(3);

/// Who waits for a look, and is told why it failed.
type Waiting = oneshot::Sender<Result<(), Arc<str>>>;

/// Where looks are asked for.
#[derive(Clone)]
pub(super) struct Looks(mpsc::UnboundedSender<Waiting>);

impl Looks {
    /// Begins to look, until nobody can ask any more.
    pub(super) fn begin(runtime: &tokio::runtime::Handle, connector: Connector, known: Arc<Known>) -> Self {
        let (sender, asked) = mpsc::unbounded_channel();
        runtime.spawn(Looking { connector, known, client: None, is_away: false, untidied: 0 }.run(asked));
        Self(sender)
    }

    /// Whatever was answered before is at hand afterwards.
    pub(super) async fn look(&self) -> Result<(), StoreError> {
        let (sender, answer) = oneshot::channel();
        if self.0.send(sender).is_err() {
            return Err(StoreError::Closed);
        }
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(StoreError::Away(why.to_string())),
            Err(_) => Err(StoreError::Closed),
        }
    }
}

struct Looking {
    connector: Connector,
    known: Arc<Known>,
    client: Option<ClientWrapper>,
    /// Whether the last look failed.
    is_away: bool,
    /// How often was looked since what nobody needs was forgotten.
    untidied: u32,
}

impl Looking {
    async fn run(mut self, mut asked: mpsc::UnboundedReceiver<Waiting>) {
        loop {
            let mut waiting = Vec::new();
            match tokio::time::timeout(POLL, asked.recv()).await {
                Ok(Some(first)) => waiting.push(first),
                Ok(None) => return,
                Err(_) => {}
            }
            while let Ok(next) = asked.try_recv() {
                waiting.push(next);
            }
            let looked = match tokio::time::timeout(LOOK_MAX, self.look_twice()).await {
                Ok(looked) => looked,
                Err(_) => Err(StoreError::TooSlow { seconds: LOOK_MAX.as_secs() }),
            };
            let looked = looked.map_err(|error| self.failed(error));
            if looked.is_ok() && std::mem::take(&mut self.is_away) {
                tracing::info!("the database answers again");
            }
            for waiting in waiting {
                // Who has gone away needs no answer.
                let _ = waiting.send(looked.clone());
            }
        }
    }

    /// Whatever was the matter, the next look begins anew.
    fn failed(&mut self, error: StoreError) -> Arc<str> {
        self.client = None;
        let why = if let StoreError::Away(why) = error { why } else { error.to_string() };
        if !std::mem::replace(&mut self.is_away, true) {
            tracing::error!(why, "the database does not answer; trying again");
        }
        why.into()
    }

    /// Where a connection that was good has ended, that says nothing of the database: another one is tried at once.
    async fn look_twice(&mut self) -> Result<(), StoreError> {
        let had_one = self.client.is_some();
        match self.look().await {
            Err(StoreError::Away(_)) if had_one => {
                self.client = None;
                self.look().await
            }
            looked => looked,
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            Some(_) | None => {
                let connected = self.connector.connect(Purpose::Read).await;
                connected.map_err(|error| StoreError::Away(error.to_string()))?
            }
        };
        let client = self.client.insert(client);
        learn(client, &self.known).await?;
        self.untidied = self.untidied.saturating_add(1);
        if self.untidied >= LOOKS_PER_TIDYING {
            self.untidied = 0;
            forget_answers(client, self.known.latest()).await?;
            forget_asides(client, self.known.now()).await?;
        }
        Ok(())
    }
}

/// Forgets, a part at a time, which answers are given no more. Whichever servers do it do the same.
async fn forget_answers(client: &ClientWrapper, latest: Timestamp) -> Result<(), StoreError> {
    let statement = client.prepare_cached(sql::FORGET_ANSWERS).await?;
    let until = latest.as_millis().saturating_sub(REMEMBERED_FOR_MILLIS);
    let forgotten = client.execute(&statement, &[&until]).await?;
    tracing::debug!(forgotten, "answers that are given no more were forgotten");
    Ok(())
}

async fn forget_asides(client: &ClientWrapper, now: Timestamp) -> Result<(), StoreError> {
    let statement = client.prepare_cached(sql::FORGET_ASIDES).await?;
    client.execute(&statement, &[&now.as_millis()]).await?;
    Ok(())
}

/// Asks how far the database is, and learns what was recorded since.
pub(super) async fn learn(client: &ClientWrapper, known: &Known) -> Result<(), LoadError> {
    let before = known.settings();
    let row = client.query_one(&client.prepare_cached(sql::HEAD).await?, &[]).await?;
    let head = Head::of(&row)?;
    goes_on(client, known, &head).await?;
    known.hear(&head);
    if let Some(last) = &head.last {
        let settings = settings_at(client, &head, before).await?;
        known.learn(last, settings);
    }
    Ok(())
}

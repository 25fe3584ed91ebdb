//! Passwords: stored as argon2 hashes, and tried only so often.

mod pinyin;
mod unfit;

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use refund_store::User;
use tokio::sync::Semaphore;

pub(crate) use self::unfit::{PASSWORD_MAX, PASSWORD_MIN, Unfit};
use self::unfit::{has_length, unfit};
use crate::callers::Tenant;
use crate::callers::places::{Full, Place, Places};
use crate::machine::clock::Stopwatch;
use crate::machine::entropy;
use crate::machine::rate::{Rate, Sharers};
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// How many are hashed at once for whoever is known (by a session, a link or a browser), and for all others: each takes
/// 19 MiB and a core for a moment.
const AT_ONCE: usize = 1;
/// How many wait for that of each kind, and of one seller, operator or address, so that nobody waits for more.
const WAITING: usize = 24;
const WAITING_EACH: usize = 6;
/// When to come again where there are as many.
const WAITING_AGAIN: Duration = Duration::from_secs(2);
/// How many tries a name has in a minute from one address or one known browser, and as many at once after a silence.
const TRIES_A_MINUTE: u32 = 10;
/// How many tries an address has, whatever the names.
const TRIES_FROM_AN_ADDRESS: u32 = 60;
/// How many tries for one name from all addresses together, known browsers left out.
const TRIES_FROM_ANYWHERE: u32 = 100;
/// How many codes of one person are tried in an hour, within their known browsers and elsewhere. Three of a million are
/// good at a time: whoever has the password needs more than a year for an even chance.
const CODES_AN_HOUR: u32 = 20;

/// From where somebody tries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TriedFrom {
    /// A session or a link: whoever has one is not somebody who guesses.
    Within {
        /// Which.
        what: String,
        /// For whom its person acts.
        tenant: String,
    },
    /// A browser in which that person signed in before: all of theirs together. What others try costs them nothing.
    KnownBrowser {
        /// Who.
        user_id: String,
        /// For whom they act.
        tenant: String,
    },
    /// An address, as it is counted; or nobody can say which.
    Address(Option<IpAddr>),
}

impl TriedFrom {
    /// That session or link of somebody's.
    pub(crate) fn within(what: String, user: &User) -> Self {
        Self::Within { what, tenant: Tenant::of(user).name() }
    }

    /// Whichever browser somebody is known in.
    pub(crate) fn known_browser(user: &User) -> Self {
        Self::KnownBrowser { user_id: user.id.clone(), tenant: Tenant::of(user).name() }
    }

    /// Whose place somebody takes who waits. All of a seller's are one: whoever is signed in in many browsers, or has
    /// many people, waits for themselves.
    fn tenant(&self) -> String {
        match self {
            Self::Within { tenant, .. } | Self::KnownBrowser { tenant, .. } => tenant.clone(),
            Self::Address(address) => Tenant::Stranger(*address).name(),
        }
    }
}

/// Where those of one kind wait for their turn.
struct Lane {
    turns: Arc<Semaphore>,
    waiting: Arc<Places<String>>,
}

impl Default for Lane {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Places::new(WAITING, WAITING_EACH)) }
    }
}

impl Lane {
    fn enter(&self, from: &TriedFrom) -> Result<InLane<'_>, Full> {
        Ok((self, self.waiting.enter(Some(from.tenant()))?))
    }
}

/// Where somebody waits for their turn to come, and the place that they have there.
type InLane<'l> = (&'l Lane, Place<String>);

/// Hashes passwords, and counts who tries.
pub(crate) struct Passwords {
    known: Lane,
    others: Lane,
    tries: Option<Rate<(String, TriedFrom), Stopwatch>>,
    from_an_address: Option<Rate<Option<IpAddr>, Stopwatch>>,
    from_anywhere: Option<Rate<String, Stopwatch>>,
    codes: Option<Rate<(String, bool), Stopwatch>>,
}

impl Passwords {
    /// Of so many servers together nobody has more tries than of one.
    pub(crate) fn new(sharers: &Sharers) -> Self {
        let clock = Stopwatch::start();
        Self {
            known: Lane::default(),
            others: Lane::default(),
            tries: Rate::per_minute(TRIES_A_MINUTE, clock, sharers),
            from_an_address: Rate::per_minute(TRIES_FROM_AN_ADDRESS, clock, sharers),
            from_anywhere: Rate::per_minute(TRIES_FROM_ANYWHERE, clock, sharers),
            codes: Rate::per_hour(CODES_AN_HOUR, clock, sharers),
        }
    }

    /// Counts a try to sign in under that name, from there.
    pub(crate) fn count(&self, name: &str, from: &TriedFrom) -> Result<(), Problem> {
        let name = name.to_lowercase();
        let under_name = counted(self.tries.as_ref(), &(name.clone(), from.clone()));
        let all = under_name.and_then(|()| match from {
            TriedFrom::Within { .. } | TriedFrom::KnownBrowser { .. } => Ok(()),
            TriedFrom::Address(address) => {
                counted(self.from_an_address.as_ref(), address)?;
                counted(self.from_anywhere.as_ref(), &name)
            }
        });
        all.map_err(|wait| Problem::too_many("too many tries to sign in", wait))
    }

    /// Counts a try to sign in under that name; from where it is counted. Whoever is known there and has used that up
    /// tries from their address: to be known is never worse than not to be, and somebody else may have what makes a
    /// browser known.
    pub(crate) fn count_from(
        &self,
        name: &str,
        known: Option<TriedFrom>,
        address: Option<IpAddr>,
    ) -> Result<TriedFrom, Problem> {
        if let Some(known) = known.filter(|known| self.count(name, known).is_ok()) {
            return Ok(known);
        }
        let from = TriedFrom::Address(address);
        self.count(name, &from).map(|()| from)
    }

    /// Counts a try to show that person's second factor, from there. A browser that is known has tries of its own, and
    /// those of everybody too: to be known is never worse than not to be.
    pub(crate) fn count_code(&self, user_id: &str, from: &TriedFrom) -> Result<(), Problem> {
        let within = |is_known| counted(self.codes.as_ref(), &(user_id.to_owned(), is_known));
        let all = match from {
            TriedFrom::KnownBrowser { .. } => within(true).or_else(|_| within(false)),
            TriedFrom::Within { .. } | TriedFrom::Address(_) => within(false),
        };
        all.map_err(|wait| Problem::too_many("too many codes were tried", wait))
    }

    /// What stands against that password for somebody who has, and whose shop has, these names. A core is busy with it
    /// for a moment, so that it has its turn like hashing.
    pub(crate) async fn unfit(
        &self,
        password: &str,
        names: Vec<String>,
        from: &TriedFrom,
    ) -> Result<Option<Unfit>, Problem> {
        if !has_length(password) {
            return Ok(Some(Unfit::Length));
        }
        let password = password.to_owned();
        self.working(from, move || unfit(&password, &names)).await
    }

    /// The hash of a password, to be stored.
    pub(crate) async fn hash(&self, password: String, from: &TriedFrom) -> Result<String, Problem> {
        self.working(from, move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &entropy::bytes::<16>());
            hash.map(|hash| hash.to_string()).map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))
        })
        .await?
    }

    /// Whether the password is the one of that hash. Where there is none it takes as long and is not, so that
    /// nobody learns who is there.
    pub(crate) async fn is_right(
        &self,
        password: String,
        hash: Option<String>,
        from: &TriedFrom,
    ) -> Result<bool, Problem> {
        self.working(from, move || {
            let known = hash.as_deref().unwrap_or(NOBODYS);
            let Ok(parsed) = PasswordHash::new(known) else { return false };
            let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
            fits && hash.is_some()
        })
        .await
    }

    /// A place to wait: whoever is known and finds none among those waits with all others. To be known is never worse
    /// than not to be.
    fn in_lane(&self, from: &TriedFrom) -> Result<InLane<'_>, Problem> {
        let place = match from {
            TriedFrom::Within { .. } | TriedFrom::KnownBrowser { .. } => {
                self.known.enter(from).or_else(|_| self.others.enter(from))
            }
            TriedFrom::Address(_) => self.others.enter(from),
        };
        place.map_err(|_| Problem::too_many("too many sign in at once", WAITING_AGAIN))
    }

    async fn working<T: Send + 'static>(
        &self,
        from: &TriedFrom,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let internal = |error: String| Problem::new(ApiCode::Internal, error);
        let (lane, _waiting) = self.in_lane(from)?;
        let turn = lane.turns.clone().acquire_owned().await.map_err(|error| internal(error.to_string()))?;
        let worked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        worked.await.map_err(|error| internal(error.to_string()))
    }
}

/// Counts one more, where there is a limit; or says how long to wait.
fn counted<K: Hash + Eq + Clone>(rate: Option<&Rate<K, Stopwatch>>, who: &K) -> Result<(), Duration> {
    rate.map_or(Ok(()), |rate| rate.count(who))
}

/// A hash with the parameters of all others that no password is known for.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUu$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use refund_store::KeyRole;

    use super::*;

    fn passwords() -> Passwords {
        Passwords::new(&(Arc::new(|| std::num::NonZeroU32::MIN) as Sharers))
    }

    /// An address for documentation that ends so.
    fn address(last: u8) -> TriedFrom {
        TriedFrom::Address(Some(IpAddr::from([192, 0, 2, last])))
    }

    fn user(id: &str, role: KeyRole) -> User {
        User::new(id.to_owned(), id.parse().unwrap(), role)
    }

    fn known_browser() -> TriedFrom {
        TriedFrom::known_browser(&user("own", KeyRole::Operator))
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other_is() {
        let (passwords, from) = (passwords(), address(1));
        let hash = passwords.hash("correct horse".to_owned(), &from).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let is_right = |password: &str, hash| passwords.is_right(password.to_owned(), hash, &from);
        assert!(is_right("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!is_right("correct house", Some(hash)).await.unwrap());
        assert!(!is_right("correct horse", None).await.unwrap());
        assert!(PasswordHash::new(NOBODYS).is_ok(), "it takes as long as any other");
    }

    #[tokio::test]
    async fn a_flood_waits_for_itself_alone() {
        let passwords = passwords();
        let _busy = passwords.others.turns.clone().acquire_owned().await.unwrap();
        let is_right = |from: TriedFrom| {
            let passwords = &passwords;
            async move { passwords.is_right("a guess".to_owned(), None, &from).await.ok() }
        };
        let mut waiting: Vec<_> =
            (0..30).flat_map(|last| [last; 8]).map(|last| Box::pin(is_right(address(last)))).collect();
        let refused = waiting.iter_mut().filter_map(|one| one.now_or_never()).collect::<Vec<_>>();
        assert_eq!(refused.len(), 30 * 8 - WAITING, "so many wait");
        assert!(refused.iter().all(Option::is_none), "{refused:?}");
        assert_eq!(is_right(known_browser()).await, Some(false), "whoever is known waits for none of them");
        drop(waiting);
        assert_eq!(passwords.others.waiting.count(), 0);
    }

    #[tokio::test]
    async fn a_flood_of_one_sellers_people_keeps_no_known_browser_of_others_waiting() {
        let passwords = passwords();
        let busy = passwords.known.turns.clone().acquire_owned().await.unwrap();
        let is_right = |from: TriedFrom| {
            let passwords = &passwords;
            async move { passwords.is_right("a guess".to_owned(), None, &from).await.ok() }
        };
        let of = |shop: &str, person: u8| user(&format!("{person} at {shop}"), KeyRole::Seller(shop.parse().unwrap()));
        let sessions = |shop: &str| {
            let of_one = (0..20).map(|session| TriedFrom::within(format!("{shop} {session}"), &of(shop, 0)));
            let of_many = (0..20).map(|person| TriedFrom::known_browser(&of(shop, person)));
            of_one.chain(of_many).map(|from| Box::pin(is_right(from))).collect::<Vec<_>>()
        };
        let mut waiting = sessions("one");
        assert!(waiting.iter_mut().filter_map(|one| one.now_or_never()).all(|answer| answer.is_none()));
        assert_eq!(passwords.known.waiting.count(), WAITING_EACH, "all of a seller's are one");
        let mut other = Box::pin(is_right(known_browser()));
        assert_eq!((&mut other).now_or_never(), None, "there is a place for others");
        let mut many: Vec<_> = ["two", "three", "four"].into_iter().flat_map(sessions).collect();
        assert!(many.iter_mut().filter_map(|one| one.now_or_never()).all(|answer| answer.is_none()));
        assert_eq!(passwords.known.waiting.count(), WAITING);
        drop((waiting, many));
        let _places: Vec<_> = (0..WAITING).filter_map(|_| passwords.known.waiting.enter(None).ok()).collect();
        assert_eq!(is_right(known_browser()).await, Some(false), "and where there is none, among all others");
        drop(busy);
        assert_eq!(other.await, Some(false));
    }

    #[test]
    fn a_try_that_is_refused_to_an_address_is_counted_once_for_the_name() {
        let passwords = passwords();
        let from = address(1);
        (0..TRIES_FROM_AN_ADDRESS).for_each(|other| passwords.count(&other.to_string(), &from).unwrap());
        let TriedFrom::Address(ip) = &from else { unreachable!() };
        (0..5).for_each(|_| assert!(passwords.count_from("ann", None, *ip).is_err()));
        let tries = passwords.tries.as_ref().unwrap();
        let left = (0..TRIES_A_MINUTE).filter(|_| tries.count(&("ann".to_owned(), from.clone())).is_ok()).count();
        assert_eq!(left, 5);
    }

    #[test]
    fn a_name_is_tried_ten_times_from_one_address_and_then_waits_and_its_owner_elsewhere_does_not() {
        let passwords = passwords();
        assert!((0..10).all(|_| passwords.count("Ann", &address(1)).is_ok()));
        assert!((0..500).all(|_| passwords.count("ann", &address(1)).is_err()));
        assert!(passwords.count("Bob", &address(1)).is_ok());
        assert!(passwords.count("Ann", &address(2)).is_ok());
        let others = (3..200).filter(|last| passwords.count("Ann", &address(*last)).is_ok()).count();
        assert_eq!(others, 100 - 11, "many addresses together have an end too");
        let own = (0..20).filter(|_| passwords.count("Ann", &known_browser()).is_ok()).count();
        assert_eq!(own, 10, "and none of that costs their own browser anything");
    }

    #[test]
    fn a_second_factor_is_tried_twenty_times_an_hour_from_wherever_and_its_owner_has_as_many() {
        let passwords = passwords();
        let tried = |from: &dyn Fn(u8) -> TriedFrom| {
            (0..200).filter(|last| passwords.count_code("usr_1", &from(*last)).is_ok()).count()
        };
        assert_eq!(tried(&|last| address(last)), 20);
        assert_eq!(tried(&|_| known_browser()), 20);
        assert!(passwords.count_code("usr_2", &address(1)).is_ok());
    }

    #[test]
    fn an_address_has_only_so_many_tries_whatever_the_names() {
        let passwords = passwords();
        let tried = |from: &TriedFrom| (0..500).filter(|name| passwords.count(&name.to_string(), from).is_ok()).count();
        assert_eq!(tried(&address(1)), 60);
        assert_eq!(tried(&address(2)), 60);
    }
}

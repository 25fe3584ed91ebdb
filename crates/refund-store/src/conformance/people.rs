//! People, and where they are signed in.

use refund_core::{Actor, Label, Role, SellerId, Timestamp, Via};

use super::desk::{Desk, HOUR, holds, message, opening, operator, same, under};
use super::{Broken, Make};
use crate::{
    AlertKind, ByLink, KeyRole, Precondition, Refused, Request, Right, SecondFactor, Secret, Session, SetUp, Shown,
    SignInLink, TeamRole, User, UserChange,
};

fn at(hours: i64) -> Result<Timestamp, Broken> {
    Ok(Timestamp::from_millis(hours.saturating_mul(3_600_000))?)
}

fn make_user(id: &str, name: &str) -> Result<Request, Broken> {
    let user = User::new(id.to_owned(), Label::new(name)?, KeyRole::Operator);
    Ok(Request::new(operator(), SetUp::MakeUser(Box::new(user))))
}

fn change(change: UserChange) -> Request {
    Request::new(operator(), SetUp::ChangeUser { user_id: "ann".to_owned(), change })
}

/// Another of the operator's people than the one whom it is about.
fn other() -> Actor {
    Actor::new(Role::Operator, "other", Via::User("other".to_owned()))
}

fn by_other(change: UserChange) -> Request {
    Request::new(other(), SetUp::ChangeUser { user_id: "ann".to_owned(), change })
}

/// A session of that number, which is also its secret, from its hour on for a day.
fn session(number: u8) -> Result<Session, Broken> {
    let (began_at, ends_at) = (at(i64::from(number))?, at(i64::from(number).saturating_add(24))?);
    Ok(Session { secret: Secret([number; 32]), user_id: "ann".to_owned(), began_at, ends_at })
}

fn sign_in(number: u8, link: Option<Secret>) -> Result<Request, Broken> {
    let link = link.map(|secret| ByLink { secret, password: None });
    Ok(Request::by_system(SetUp::SignIn { session: Box::new(session(number)?), link, shown: None }))
}

pub(super) fn known(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    for (id, name) in [("zoe", "Zoe"), ("ann", "Ann")] {
        desk.done(make_user(id, name)?)?;
        desk.advance(HOUR)?;
    }
    let ids = desk.store.settings().users().iter().map(|user| user.id.clone()).collect::<Vec<_>>();
    same("people in the order in which they were set up", &ids, &vec!["zoe".to_owned(), "ann".to_owned()])?;
    let taken = desk.refused(make_user("eve", "ANN")?)?;
    holds("no two are called the same", matches!(taken, Refused::NameTaken))?;
    let alike = desk.refused(make_user("eve", "\u{410}nn")?)?;
    holds("nor what looks the same, however close they come to each other", matches!(alike, Refused::NameTaken))?;
    let by_seller = |id: &str, name: &str, shop: &str| {
        let user = User::new(id.to_owned(), Label::new(name)?, KeyRole::Seller(shop.parse()?));
        let actor = Actor::new(Role::Seller, shop, Via::User("somebody".to_owned()));
        Ok::<_, Broken>(Request::new(actor, SetUp::MakeUser(Box::new(user))))
    };
    desk.done(by_seller("usr_1", "ann@shop1", "shop1")?)?;
    desk.done(by_seller("usr_2", "ann@shopl", "shopl")?)?;
    // Sellers whose ids differ in capitals alone know nothing of each other's people either.
    desk.done(by_seller("usr_4", "zoe@Shop1", "Shop1")?)?;
    desk.done(by_seller("usr_5", "Zoe@shop1", "shop1")?)?;
    for (name, id) in
        [("ZOE@Shop1", Some("usr_4")), ("zoe@shop1", Some("usr_5")), ("zoe@SHOP1", None), ("ANN@Shop1", Some("usr_1"))]
    {
        let found = desk.store.settings().user_named(name).map(|user| user.id.clone());
        same("whoever signs in is found by the name", &found.as_deref(), &id)?;
    }
    let taken = desk.refused(by_seller("usr_6", "ZOE@shop1", "shop1")?)?;
    holds("of one seller's nobody is called the same", matches!(taken, Refused::NameTaken))?;
    let alike = desk.refused(by_seller("usr_3", "\u{430}nn@shop1", "shop1")?)?;
    holds("a seller is told of its own people alone", matches!(alike, Refused::NameTaken))?;
    let taken = desk.refused(make_user("ann", "Eve")?)?;
    holds("no two have one id", matches!(taken, Refused::NameTaken))?;
    desk.done(change(UserChange::Password { hash: "hash".to_owned(), session: None }))?;
    let ann = desk.store.settings().user("ann").cloned().ok_or("no Ann")?;
    same("her password", &ann.password.as_deref(), &Some("hash"))?;
    let nobody = Request::new(operator(), SetUp::ChangeUser { user_id: "eve".to_owned(), change: UserChange::Enabled });
    holds("nobody is not changed", matches!(desk.refused(nobody)?, Refused::NotFound))
}

/// Two owners who take each other's role at the same moment, and what an operator may do.
pub(super) fn owners(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let seller_id: SellerId = "shop".parse()?;
    let role = |id: &str, change: UserChange, actor: Actor| {
        Request::new(actor, SetUp::ChangeUser { user_id: id.to_owned(), change })
    };
    for id in ["ann", "zoe", "new"] {
        let user = User::new(id.to_owned(), Label::new(id)?, KeyRole::Seller(seller_id.clone()));
        desk.done(Request::new(operator(), SetUp::MakeUser(Box::new(user))))?;
    }
    let hash = || UserChange::Password { hash: "hash".to_owned(), session: None };
    for id in ["ann", "zoe"] {
        desk.done(role(id, hash(), operator()))?;
    }
    let by = |id: &str| Actor::new(Role::Seller, "shop", Via::User(id.to_owned()));
    let clerk = || UserChange::TeamRole(TeamRole::Clerk);
    desk.done(role("zoe", clerk(), by("ann")))?;
    for change in [clerk(), UserChange::Disabled] {
        let refused = desk.refused(role("ann", change, by("zoe")))?;
        // Somebody who never came in yet is an owner that nobody can rely on.
        holds("the last owner stays", matches!(refused, Refused::LastOwner))?;
    }
    let ann = desk.store.settings().user("ann").cloned().ok_or("no Ann")?;
    same("nothing of it was done", &(ann.team_role, ann.disabled_at), &(TeamRole::Owner, None))?;
    desk.done(role("ann", clerk(), operator()))?;
    let roles: Vec<_> = desk.store.settings().users().iter().map(|user| user.team_role).collect();
    same("an operator may", &roles, &vec![TeamRole::Clerk, TeamRole::Owner, TeamRole::Clerk])?;
    desk.done(make_user("ops", "Ops")?)?;
    let of_operator = desk.refused(role("ops", clerk(), operator()))?;
    holds("the operator's people have no such role", matches!(of_operator, Refused::NotFound))
}

/// A colleague's role is changed while what they asked for waits.
pub(super) fn rights(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    desk.open(opening("rfd_1")?)?;
    let user = User::new("zoe".to_owned(), Label::new("zoe")?, KeyRole::Seller("shop".parse()?));
    desk.done(Request::new(operator(), SetUp::MakeUser(Box::new(user))))?;
    let zoe = || Actor::new(Role::Seller, "shop", Via::User("zoe".to_owned()));
    let becomes = |role| {
        let work = SetUp::ChangeUser { user_id: "zoe".to_owned(), change: UserChange::TeamRole(role) };
        desk.done(Request::new(operator(), work))
    };
    let writes = |right| Ok::<_, Broken>(Request { right, ..message("rfd_1", zoe(), true)? });
    for (role, may, may_not) in
        [(TeamRole::Clerk, Right::Refunds, Right::Settings), (TeamRole::Reader, Right::Look, Right::Refunds)]
    {
        becomes(role)?;
        desk.done(writes(may)?)?;
        let refused = desk.refused(writes(may_not)?)?;
        holds("what another role is for is not done", matches!(refused, Refused::RightTaken))?;
    }
    becomes(TeamRole::Owner)?;
    let form = || Ok::<_, Broken>(under("form", 1, writes(Right::Refunds)?));
    desk.done(form()?)?;
    let written = desk.refund("rfd_1")?.sequence;
    becomes(TeamRole::Reader)?;
    holds("nor answered as it was before", matches!(desk.refused(form()?)?, Refused::RightTaken))?;
    same("and nothing of it is left", &desk.refund("rfd_1")?.sequence, &written)
}

/// What an operator did to somebody of a seller's, operators alone undo.
pub(super) fn shut_out(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let seller_id: SellerId = "shop".parse()?;
    for id in ["ann", "zoe"] {
        let user = User::new(id.to_owned(), Label::new(id)?, KeyRole::Seller(seller_id.clone()));
        desk.done(Request::new(operator(), SetUp::MakeUser(Box::new(user))))?;
    }
    let zoe = || Actor::new(Role::Seller, "shop", Via::User("zoe".to_owned()));
    let to_ann =
        |change: UserChange, by: Actor| Request::new(by, SetUp::ChangeUser { user_id: "ann".to_owned(), change });
    let is_out = || {
        let ann = desk.store.settings().user("ann").cloned().ok_or("no Ann")?;
        Ok::<_, Broken>(ann.disabled_at.is_some())
    };
    desk.done(to_ann(UserChange::Disabled, zoe()))?;
    desk.done(to_ann(UserChange::Enabled, zoe()))?;
    same("a colleague undoes what a colleague did", &is_out()?, &false)?;
    for earlier in [None, Some(zoe())] {
        if let Some(by) = earlier {
            desk.done(to_ann(UserChange::Disabled, by))?;
        }
        desk.done(to_ann(UserChange::Disabled, other()))?;
        for change in [UserChange::Enabled, UserChange::Disabled, UserChange::Enabled] {
            let is_refused = change == UserChange::Enabled;
            let request = to_ann(change, zoe());
            if is_refused {
                let refused = desk.refused(request)?;
                holds("but not what an operator did", matches!(refused, Refused::ShutOutByOperator))?;
            } else {
                desk.done(request)?;
            }
        }
        same("nothing of it was done", &is_out()?, &true)?;
        desk.done(to_ann(UserChange::Enabled, other()))?;
        same("an operator does", &is_out()?, &false)?;
    }
    Ok(())
}

pub(super) fn signed_in(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    for (id, name) in [("ann", "Ann"), ("other", "Other")] {
        desk.done(make_user(id, name)?)?;
    }
    let password = UserChange::Password { hash: "hash".to_owned(), session: None };
    desk.done(Request::new(other(), SetUp::ChangeUser { user_id: "other".to_owned(), change: password }))?;
    let where_ann_is = || {
        let sessions = desk.store.settings().sessions_of("ann");
        Ok::<Vec<u8>, Broken>(sessions.iter().map(|session| session.secret.0[0]).collect())
    };
    for number in [1, 2] {
        desk.done(sign_in(number, None)?)?;
    }
    let found = desk.store.settings().session(&Secret([2; 32])).cloned().map(|session| (*session).clone());
    same("a session is found by its secret", &found, &Some(session(2)?))?;
    same("both sessions", &where_ann_is()?, &vec![1, 2])?;
    desk.done(sign_in(26, None)?)?;
    same("what is over goes when she signs in again", &where_ann_is()?, &vec![26])?;
    desk.done(Request::by_system(SetUp::SignOut { secret: Secret([26; 32]) }))?;
    desk.done(Request::by_system(SetUp::SignOut { secret: Secret([26; 32]) }))?;
    same("signed out, and once more", &where_ann_is()?, &Vec::new())?;
    for number in 30..=50 {
        desk.done(sign_in(number, None)?)?;
    }
    same("of too many the oldest goes", &where_ann_is()?, &(31..=50).collect())?;
    desk.done(change(UserChange::Password { hash: "hash".to_owned(), session: None }))?;
    same("another password signs out", &where_ann_is()?, &Vec::new())?;
    desk.done(sign_in(51, None)?)?;
    desk.done(by_other(UserChange::Disabled))?;
    same("who is shut out is signed out", &where_ann_is()?, &Vec::new())?;
    holds("and stays out", matches!(desk.refused(sign_in(52, None)?)?, Refused::NotFound))?;
    desk.done(by_other(UserChange::Enabled))?;
    desk.done(sign_in(53, None)?)?;
    same("and comes in again", &where_ann_is()?, &vec![53])
}

/// What others did about somebody stays to be seen, and what they did themselves does not.
pub(super) fn told(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let user = User::new("ann".to_owned(), Label::new("Ann")?, KeyRole::Seller("shop".parse()?));
    desk.done(Request::new(operator(), SetUp::MakeUser(Box::new(user))))?;
    let own = |change: UserChange| {
        let ann = Actor::new(Role::Seller, "shop", Via::User("ann".to_owned()));
        Request::new(ann, SetUp::ChangeUser { user_id: "ann".to_owned(), change })
    };
    let alerts = || {
        let ann = desk.store.settings().user("ann").cloned().ok_or("no Ann")?;
        Ok::<_, Broken>(ann.alerts.iter().map(|alert| (alert.what, alert.by.clone())).collect::<Vec<_>>())
    };
    let link = SignInLink { secret: Secret([7; 32]), expires_at: at(10)? };
    desk.done(by_other(UserChange::Link(link)))?;
    same("a newcomer knows of their link", &alerts()?, &Vec::new())?;
    desk.done(own(UserChange::Password { hash: "hash".to_owned(), session: None }))?;
    desk.done(by_other(UserChange::Enabled))?;
    same("what they did themselves, or changes nothing, is none", &alerts()?, &Vec::new())?;
    desk.done(by_other(UserChange::Link(link)))?;
    let by_link = ByLink { secret: link.secret, password: Some("chosen".to_owned()) };
    desk.done(Request::by_system(SetUp::SignIn { session: Box::new(session(9)?), link: Some(by_link), shown: None }))?;
    let roles = [TeamRole::Clerk, TeamRole::Reader];
    for role in roles {
        desk.done(by_other(UserChange::TeamRole(role)))?;
    }
    desk.advance(HOUR)?;
    desk.done(by_other(UserChange::Disabled))?;
    let by_operator = |kinds: &[AlertKind]| kinds.iter().map(|kind| (*kind, other())).collect::<Vec<_>>();
    let [_, reader] = roles.map(AlertKind::TeamRole);
    // Of each kind the latest: nobody can push one out by many of another.
    let all = by_operator(&[AlertKind::Link, AlertKind::Password, reader, AlertKind::Disabled]);
    same("what others did, and who", &alerts()?, &all)?;
    desk.done(by_other(UserChange::Enabled))?;
    let until = desk.store.settings().user("ann").and_then(|ann| ann.alerts.get(2).map(|alert| alert.at));
    let seen = |until: Timestamp| Ok::<_, Broken>(own(UserChange::AlertsSeen { until, said_at: at(11)? }));
    desk.done(seen(until.ok_or("no alert")?)?)?;
    let out_and_in = by_operator(&[AlertKind::Disabled, AlertKind::Enabled]);
    same("what was seen goes", &alerts()?, &out_and_in)?;
    for _ in 0..5 {
        desk.done(by_other(UserChange::Disabled))?;
        desk.done(by_other(UserChange::Enabled))?;
    }
    same("of each kind the latest", &alerts()?, &out_and_in)?;
    desk.done(by_other(UserChange::Link(SignInLink { expires_at: Timestamp::MAX, ..link })))?;
    desk.done(seen(Timestamp::MAX)?)?;
    same("and a link that is good still, seen or not", &alerts()?, &by_operator(&[AlertKind::Link]))
}

/// Whoever has a second factor comes in by nothing else, and by each code once.
pub(super) fn second_factor(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    desk.done(make_user("ann", "Ann")?)?;
    let code = |number: u8| Secret([number; 32]);
    for number in [1, 2] {
        desk.done(sign_in(number, None)?)?;
    }
    let factor = Box::new(SecondFactor { nonce: [9; 16], last_step: 10, recovery: vec![code(101), code(102)] });
    let own = Actor::new(Role::Operator, "ann", Via::User("ann".to_owned()));
    let change_own = |change| Request::new(own.clone(), SetUp::ChangeUser { user_id: "ann".to_owned(), change });
    desk.done(change_own(UserChange::SecondFactor { factor, session: Secret([2; 32]) }))?;
    let sessions = || desk.store.settings().sessions_of("ann").iter().map(|one| one.secret.0[0]).collect::<Vec<_>>();
    same("the session in which it was set up goes on", &sessions(), &vec![2])?;
    let show = |number: u8, shown: Option<Shown>| {
        Ok::<_, Broken>(Request::by_system(SetUp::SignIn { session: Box::new(session(number)?), link: None, shown }))
    };
    let no = |what: &str, shown| holds(what, matches!(desk.refused(show(3, shown)?)?, Refused::NotFound));
    no("nobody comes in without it", None)?;
    no("the step of its setting up is used", Some(Shown::Step(10)))?;
    no("what is none is none", Some(Shown::Recovery(code(7))))?;
    desk.done(show(3, Some(Shown::Step(12)))?)?;
    no("a code is good once", Some(Shown::Step(12)))?;
    no("one before it is no good any more", Some(Shown::Step(11)))?;
    desk.done(show(4, Some(Shown::Recovery(code(101))))?)?;
    no("a recovery code is good once", Some(Shown::Recovery(code(101))))?;
    same("what was refused left nobody signed in", &sessions(), &vec![2, 3, 4])?;
    desk.done(change(UserChange::Link(SignInLink { secret: code(8), expires_at: at(90)? })))?;
    let by_link = ByLink { secret: code(8), password: Some("chosen".to_owned()) };
    let session = session(5)?;
    let request = |shown| SetUp::SignIn { session: Box::new(session.clone()), link: Some(by_link.clone()), shown };
    let refused = desk.refused(Request::by_system(request(None)))?;
    holds("a link does not get past it", matches!(refused, Refused::NotFound))?;
    desk.done(Request::by_system(request(Some(Shown::Recovery(code(102))))))?;
    let left = desk.store.settings().user("ann").and_then(|ann| ann.second_factor.clone()).ok_or("it is gone")?;
    same("what is left of it", &(left.last_step, left.recovery), &(12, Vec::new()))?;
    desk.done(by_other(UserChange::NoSecondFactor))?;
    same("whom another takes it off is signed out", &sessions(), &Vec::new())?;
    desk.done(show(6, None)?)?;
    same("and comes in by the password alone", &sessions(), &vec![6])
}

pub(super) fn by_link(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    desk.done(make_user("ann", "Ann")?)?;
    let (secret, expires_at) = (Secret([7; 32]), at(10)?);
    let link = || change(UserChange::Link(SignInLink { secret, expires_at }));
    let no = |what: &str, request: Request| holds(what, matches!(desk.refused(request)?, Refused::NotFound));
    no("without a link none opens anything", sign_in(1, Some(secret))?)?;
    desk.done(link())?;
    no("another one opens nothing", sign_in(1, Some(Secret([8; 32])))?)?;
    let found = |number| desk.store.settings().user_by_link(&Secret([number; 32])).map(|user| user.id.clone());
    same("whose it is is found by it", &(found(7).as_deref(), found(8)), &(Some("ann"), None))?;
    no("one that is over opens nothing", sign_in(10, Some(secret))?)?;
    desk.done(sign_in(9, Some(secret))?)?;
    same("once it is used it is nobody's", &found(7), &None)?;
    no("it opens one session", sign_in(9, Some(secret))?)?;
    desk.done(link())?;
    desk.done(change(UserChange::Password { hash: "hash".to_owned(), session: None }))?;
    no("another password ends it", sign_in(1, Some(secret))?)?;
    desk.done(sign_in(2, None)?)?;
    desk.done(link())?;
    let by_link = ByLink { secret, password: Some("chosen".to_owned()) };
    let session = Box::new(session(9)?);
    desk.done(Request::by_system(SetUp::SignIn { session, link: Some(by_link), shown: None }))?;
    let settings = desk.store.settings();
    let user = settings.user("ann").ok_or("there is nobody")?;
    let sessions: Vec<_> = settings.sessions_of("ann").iter().map(|session| session.secret).collect();
    same("what is chosen with it is theirs", &user.password, &Some("chosen".to_owned()))?;
    same("and ends all other sessions", &sessions, &vec![Secret([9; 32])])
}

/// Somebody shows what they come in by while it is replaced, or acts while they are shut out.
pub(super) fn meanwhile(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    for (id, name) in [("ann", "Ann"), ("zoe", "Zoe")] {
        desk.done(make_user(id, name)?)?;
    }
    let of = |id: &str, change| SetUp::ChangeUser { user_id: id.to_owned(), change };
    let password = |hash: &str| UserChange::Password { hash: hash.to_owned(), session: None };
    for id in ["ann", "zoe"] {
        desk.done(Request::new(operator(), of(id, password("first"))))?;
    }
    let ann = || desk.store.settings().user("ann").cloned().ok_or("no Ann");
    let (way_in, credentials) = (ann()?.way_in()?, ann()?.credentials()?);
    desk.done(Request::new(operator(), of("ann", password("second"))))?;
    let change = Request::new(operator(), of("ann", password("third")));
    for (shown, request) in [(way_in, sign_in(1, None)?), (credentials, change)] {
        let refused = desk.refused(Request { precondition: Precondition::Tag(shown), ..request })?;
        holds("what was replaced lets nobody in, and changes nothing", matches!(refused, Refused::SettingsMoved))?;
    }
    desk.done(Request { precondition: Precondition::Tag(ann()?.way_in()?), ..sign_in(1, None)? })?;
    desk.done(Request::new(operator(), of("ann", UserChange::NoSecondFactor)))?;
    same("who has no second factor loses none", &desk.store.settings().sessions_of("ann").len(), &1)?;
    let by = |id: &str| Actor::new(Role::Operator, "operator", Via::User(id.to_owned()));
    desk.done(Request::new(by("zoe"), of("ann", UserChange::Disabled)))?;
    for change in [UserChange::Enabled, UserChange::Disabled] {
        let refused = desk.refused(Request::new(by("ann"), of("zoe", change)))?;
        holds("who was shut out does nothing more", matches!(refused, Refused::ShutOut))?;
    }
    let refused = desk.refused(Request::new(by("zoe"), of("zoe", UserChange::Disabled)))?;
    holds("and the last operator stays", matches!(refused, Refused::LastOwner))
}

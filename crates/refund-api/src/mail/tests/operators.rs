//! What the operator's contacts are told.

use refund_core::{MailContacts, NoticeKind, Via};

use super::sellers::contact;
use super::*;

/// A server that mails, with these contacts of the operator's, to whom a refund that was refused has come.
async fn called_in(contacts: Vec<MailContact>) -> Mailing {
    let operator_contacts = MailContacts::try_from(contacts).unwrap();
    let policy = Policy { notices: true, operator_contacts, ..Policy::default() };
    let mailing = Mailing::under(policy, |_, line| well(line)).await;
    let why = || Why::from(id::<Reason>("It was whole."));
    let buyer = Actor::new(Role::Buyer, "b-1", Via::Link);
    for (actor, command) in
        [(trial::its_seller(), Command::Refuse { reason: why() }), (buyer, Command::Escalate { reason: why() })]
    {
        let work = Work::Command { refund_id: id("rfd_1"), command };
        mailing.app.engine.submit(Request::new(actor, work)).await.unwrap();
    }
    mailing.hours_later(1).await;
    mailing
}

#[tokio::test]
async fn somebody_at_the_operators_is_told_when_the_operator_is_called_in() {
    let desk = MailContact { time_zone: Some(id("Asia/Taipei")), ..contact("desk@ops.example", "en", &[]) };
    let payments = contact("payments@ops.example", "en", &[NoticeKind::Payment]);
    let mut mailing = called_in(vec![desk, payments]).await;
    let mut mails = vec![mailing.scripted.mail().await.1, mailing.scripted.mail().await.1];
    mails.sort_by_key(|mail| mail.contains("To: kim@example.com"));
    let [desk, buyer] = &mails[..] else { panic!("{mails:?}") };
    assert!(buyer.contains("To: kim@example.com"), "{buyer}");
    for told in ["To: desk@ops.example", "Rule on the refund", "UTC+8", "/refunds/rfd_1"] {
        assert!(desk.replace("=\n", "").contains(told), "{told} in\n{desk}");
    }
    let by_mail = |event: &Event| {
        let Fact::NoticeAccepted { to, channel, .. } = &event.fact else { return false };
        (*to, *channel) == (Role::Operator, NoticeChannel::Smtp)
    };
    let mut news = mailing.app.engine.store().news();
    while !mailing.history().await.iter().any(by_mail) {
        news.changed().await.unwrap();
    }
}

#[tokio::test]
async fn a_seller_s_policy_may_name_others_at_the_operators() {
    let mailing = called_in(vec![contact("desk@ops.example", "en", &[])]).await;
    let settings = mailing.app.engine.settings();
    let seller_id = id("s-1");
    let named = |contacts: MailContacts| contacts.iter().map(|one| one.email.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(named(settings.operator_contacts(&seller_id)), ["desk@ops.example"]);
    let seller = settings.seller(&seller_id).unwrap();
    let own = MailContacts::try_from(vec![contact("key@ops.example", "en", &[])]).unwrap();
    let policy = PolicyOverrides { operator_contacts: Some(own), ..seller.policy.clone() };
    trial::put_seller(&mailing.app, "s-1", Seller { policy, ..(**seller).clone() }).await;
    assert_eq!(named(mailing.app.engine.settings().operator_contacts(&seller_id)), ["key@ops.example"]);
}

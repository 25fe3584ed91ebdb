//! Messages: no rule of negotiation, and none that they could break.

use refund_core::{
    Attachment, AttachmentUrl, Attachments, EventType, MESSAGES_MAX, MediaType, MessageText, RefundType, Refusal,
    RefusalCode, Role, Sha256Hex, StatusKind,
};

use crate::support::{HOUR, Shop, actor, cancel, message, stranger};

fn shop() -> Shop {
    Shop::with_refund(|_| {})
}

#[test]
fn r30_both_parties_and_the_operator_write_on_a_refund_of_their_own() {
    let mut shop = shop();
    for role in [Role::Buyer, Role::Seller, Role::Operator] {
        let event = shop.post(&actor(role), message(false)).unwrap();
        assert_eq!(event.fact.event_type(), EventType::MessagePosted);
    }
    for who in [stranger(Role::Buyer), stranger(Role::Seller), actor(Role::Platform), actor(Role::System)] {
        let refusal = shop.post(&who, message(false)).unwrap_err();
        assert_eq!(refusal.code(), RefusalCode::NotYourRole);
    }
    assert_eq!((shop.refund().sequence, shop.refund().version), (4, 1));
}

#[test]
fn r30_a_buyer_writes_no_internal_note() {
    let mut shop = shop();
    assert!(matches!(shop.post(&actor(Role::Buyer), message(true)), Err(Refusal::NotYourRole { .. })));
    assert!(shop.post(&actor(Role::Seller), message(true)).is_ok());
}

#[test]
fn r3_what_is_due_happens_before_a_message_and_a_final_refund_still_takes_one() {
    let mut shop = shop();
    shop.wait(36 * HOUR);
    shop.post(&actor(Role::Buyer), message(false)).unwrap();
    let types: Vec<_> = shop.history().iter().map(|event| event.fact.event_type()).collect();
    assert_eq!(types[types.len() - 2..], [EventType::RefundAgreed, EventType::MessagePosted]);
    shop.must(Role::Buyer, &cancel());
    shop.post(&actor(Role::Buyer), message(false)).unwrap();
    assert_eq!(shop.refund().status.kind(), StatusKind::Closed);
}

#[test]
fn a_side_that_has_said_too_much_silences_nobody_else() {
    let mut shop = Shop::new();
    shop.open(RefundType::RefundOnly, shop.line.paid).unwrap();
    for _ in 0..MESSAGES_MAX {
        shop.post(&actor(Role::Seller), message(true)).unwrap();
    }
    let too_many = shop.post(&actor(Role::Seller), message(false)).unwrap_err();
    assert_eq!(too_many, Refusal::TooManyMessages { role: Role::Seller, max: MESSAGES_MAX });
    shop.post(&actor(Role::Buyer), message(false)).unwrap();
    assert_eq!((shop.refund().messages.seller, shop.refund().messages.buyer), (MESSAGES_MAX, 1));
}

#[test]
fn what_people_write_is_kept_as_they_wrote_it() {
    let as_written = [
        "<script>alert(1)</script>",
        "\u{202e}drawkcab\u{202c}",
        "🙏🏽👩‍👩‍👧",
        "שלום",
        "line\nline\ttab",
        &"長".repeat(4000),
    ];
    for text in as_written {
        assert_eq!(MessageText::new(text).unwrap().as_str(), text);
    }
    for text in ["", " \n\t", "a\u{0}b", "\u{1b}[31m", &"x".repeat(4001)] {
        assert!(MessageText::new(text).is_err(), "{text:?}");
    }
}

#[test]
fn an_attachment_is_an_https_address_a_hash_and_a_media_type() {
    let long = format!("https://a.example/{}", "x".repeat(2048));
    for url in [
        "http://a.example/x",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "https:/a.example/x",
        "https://",
        "https:///x",
        "https://user:secret@a.example/x",
        "https://user@a.example/",
        "https://a.example/with space",
        " https://a.example/",
        "https://a.example/\n",
        "https://a.example/圖",
        "https:\\\\a.example\\x",
        "//a.example/x",
        "file:///etc/passwd",
        "",
        &long,
    ] {
        assert!(url.parse::<AttachmentUrl>().is_err(), "{url:?}");
    }
    for url in ["https://a.example/x.jpg?size=1#page", "HTTPS://a.example", "https://[::1]:8443/x"] {
        assert_eq!(url.parse::<AttachmentUrl>().unwrap().as_str(), url);
    }
    for hash in ["", &"0A".repeat(32), &"0".repeat(63), &"0".repeat(65), &"g".repeat(64)] {
        assert!(hash.parse::<Sha256Hex>().is_err(), "{hash:?}");
    }
    let long = format!("image/{}", "x".repeat(250));
    for media_type in ["", "image", "image/", "/png", "image/png; charset=x", "image//png", "im age/png", "-/x", &long]
    {
        assert!(media_type.parse::<MediaType>().is_err(), "{media_type:?}");
    }
    for media_type in ["image/svg+xml", "application/vnd.ms-excel", "video/mp4"] {
        assert!(media_type.parse::<MediaType>().is_ok(), "{media_type:?}");
    }
    let one: Vec<Attachment> = message(false).attachments.into();
    let so_many = |count| Attachments::try_from(vec![one[0].clone(); count]);
    assert!(so_many(10).is_ok() && so_many(11).is_err());
}

//! Calls by pages of others, as browsers make them.

use crate::support::Server;
use crate::support::browser::Browser;

const SHOP: &str = "https://shop.example.com";
const ASKED: &str = "access-control-request-method";

/// What a browser asks before it lets a page call.
fn ask_first(server: &Server, origin: &str) -> (u16, Option<String>, Option<String>) {
    let shown = Browser::new(server).send("OPTIONS", "/v1/refunds", &[("Origin", origin), (ASKED, "POST")], "");
    let told = |name: &str| shown.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    (shown.status, told("access-control-allow-origin"), told("access-control-allow-headers"))
}

#[test]
fn pages_from_named_origins_call_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::open_to(folder.path(), SHOP);
    let (status, origin, headers) = ask_first(&server, SHOP);
    assert_eq!((status, origin.as_deref()), (200, Some(SHOP)));
    for needed in ["authorization", "if-match", "idempotency-key"] {
        assert!(headers.as_deref().unwrap().contains(needed), "{headers:?}");
    }
    for other in ["https://evil.example", "http://shop.example.com", "https://shop.example.com.evil.example", "null"] {
        assert_eq!(ask_first(&server, other).1, None, "{other}");
    }
    let refund = server.open("o-1");
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    let bearer = format!("Bearer {link}");
    let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
    let read = |origin| Browser::new(&server).send("GET", &path, &[("Origin", origin), ("Authorization", &bearer)], "");
    let shown = read(SHOP);
    assert_eq!((shown.status, &shown.headers["access-control-allow-origin"]), (200, &SHOP.parse().unwrap()));
    assert!(shown.headers["access-control-expose-headers"].to_str().unwrap().contains("etag"));
    assert!(!shown.headers.contains_key("access-control-allow-credentials"), "no cookie goes with it");
    assert!(!read("https://evil.example").headers.contains_key("access-control-allow-origin"));
    server.stop();
}

#[test]
fn where_no_origin_is_named_nothing_is_said_to_any() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    assert_eq!(ask_first(&server, SHOP), (405, None, None));
    server.stop();
}

//! Pictures of goods: shown small on pages, fetched by the server from where the platform says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;

use crate::files::photo;
use crate::support::browser::Browser;
use crate::support::clerk::Clerk;
use crate::support::{Server, opening};

/// Answers each call with that, one after the other, and counts the calls.
fn kept_elsewhere(answer: Vec<u8>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            counted.fetch_add(1, Ordering::Relaxed);
            // Whoever asks may have hung up.
            let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(&answer));
        }
    });
    (address, count)
}

fn ok(body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

/// A refund of goods with a picture there.
fn with_picture(server: &Server, order: &str, url: &str) -> serde_json::Value {
    let mut body = opening(order);
    body["order_line"]["image_url"] = json!(url);
    let opened = server.post("/v1/refunds", &server.platform, &[], &body);
    assert_eq!((opened.status, &opened.body["order_line"]["image_url"]), (201, &json!(url)), "{}", opened.body);
    opened.body
}

#[test]
fn a_picture_of_goods_is_fetched_once_and_shown_small_to_whoever_sees_the_refund() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (address, asked) = kept_elsewhere(ok(&photo(90)));
    let refund = with_picture(&server, "o-1", &format!("http://{address}/bin.jpg?w=1"));
    let (mut seller, buyer) = (Clerk::seller(&server), Browser::new(&server));
    let own = format!("/refunds/{}/goods", refund["id"].as_str().unwrap());
    let buyers = format!("{}/goods", server.buyer_page(&refund));
    for (page, picture) in [
        (seller.get("/refunds").html, &own),
        (seller.get(&server.page(&refund)).html, &own),
        (buyer.open(&server.buyer_page(&refund)).html, &buyers),
    ] {
        assert!(page.contains(&format!(r#"src="{picture}""#)), "{page}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0, "nobody asked for it yet");
    for picture in [seller.get(&own).bytes, buyer.open(&buyers).bytes] {
        let shown = image::load_from_memory(&picture).unwrap();
        assert!(shown.width().max(shown.height()) <= 160);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(buyer.open(&own).status, 303, "who is not signed in is led to sign in");
    let mut other = Clerk::by_link(&server, &server.others_sign_in_link());
    assert_eq!(other.get(&own).status, 404, "and another seller's people see nothing");
    server.stop();
}

#[test]
fn what_is_no_picture_is_left_out_and_asked_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut seller = Clerk::seller(&server);
    let moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".to_vec();
    let too_long = ok(&vec![0xff; 6 << 20]);
    let answers = [moved, too_long, ok(b"<html>"), ok(&photo(1)[..200]), b"SSH-2.0\r\n\r\n".to_vec(), Vec::new()];
    for (number, answer) in answers.into_iter().enumerate() {
        let (address, asked) = kept_elsewhere(answer);
        let refund = with_picture(&server, &format!("o-{number}"), &format!("http://{address}/"));
        let path = format!("/refunds/{}/goods", refund["id"].as_str().unwrap());
        let statuses = [seller.get(&path).status, seller.get(&path).status];
        assert_eq!((statuses, asked.load(Ordering::Relaxed)), ([404, 404], 1), "{number}");
        assert_eq!(seller.get(&path).headers["content-type"], "image/svg+xml", "no broken picture is drawn");
    }
    server.stop();
}

#[test]
fn no_picture_is_fetched_from_within() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::public(folder.path());
    let (address, asked) = kept_elsewhere(ok(&photo(1)));
    let within = ["https://127.0.0.1/a.png".to_owned(), format!("http://{address}/"), "https://[::1]/".to_owned()];
    for url in within {
        let mut body = opening("o-1");
        body["order_line"]["image_url"] = json!(url);
        let refused = server.post("/v1/refunds", &server.platform, &[], &body);
        let told = (&refused.body["code"], &refused.body["errors"][0]["pointer"]);
        assert_eq!(told, (&json!("url_not_allowed"), &json!("/order_line/image_url")), "{}", refused.body);
    }
    let mut body = opening("o-1");
    body["order_line"]["image_url"] = json!("javascript:alert(1)");
    assert_eq!(server.post("/v1/refunds", &server.platform, &[], &body).status, 400);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    server.stop();
}

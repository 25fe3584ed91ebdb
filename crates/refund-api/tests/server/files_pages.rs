//! Evidence on pages (R43), without scripts.

use serde_json::json;

use crate::files::photo;
use crate::support::Server;
use crate::support::browser::Browser;
use crate::support::clerk::Clerk;

const BOUNDARY: &str = "a-boundary-of-ours";

/// A form with files, as a browser sends it.
fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    for (name, file) in files {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(file.iter().copied()).chain(*b"\r\n"));
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

#[test]
fn r43_the_buyer_adds_photos_and_the_seller_sees_them_and_shows_some() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let page = format!("/b/{}", refund["buyer_link"]["token"].as_str().unwrap());
    let buyer = Browser::new(&server);
    assert!(buyer.open(&page).html.contains("enctype=\"multipart/form-data\""));

    let sent = form(&[], &[("C:\\photos\\dent.jpg", &photo(1)), ("two.jpg", &photo(2))]);
    let answer = buyer.send_files(&format!("{page}/files"), BOUNDARY, &sent);
    assert_eq!((answer.status, answer.location()), (303, page.as_str()), "{}", answer.text());
    let shown = buyer.open(&page);
    assert!(shown.text().contains("Added.") && shown.text().contains("dent.jpg You"), "{}", shown.text());

    let no_photo = form(&[], &[("three.jpg", &photo(3)), ("evil.png", b"<html>")]);
    let answer = buyer.send_files(&format!("{page}/files"), BOUNDARY, &no_photo);
    let told = buyer.open(answer.answer().unwrap());
    assert!(told.text().contains("“evil.png” can't be read") && told.text().contains("three.jpg"), "{}", told.text());
    let none = buyer.send_files(&format!("{page}/files"), BOUNDARY, &form(&[], &[("", b"")]));
    let told = buyer.open(none.answer().unwrap());
    assert!(told.text().contains("No file was chosen"), "{}", told.text());

    // What is too large is told as that, and the file behind it is taken; what stands before files is little.
    let large = vec![b' '; 10 * 1024 * 1024 + 9];
    let sent = form(&[], &[("large.pdf", &[b"%PDF-".as_slice(), &large].concat()), ("four.jpg", &photo(4))]);
    let answer = buyer.send_files(&format!("{page}/files"), BOUNDARY, &sent);
    let told = buyer.open(answer.answer().unwrap_or_else(|| panic!("{} {}", answer.status, answer.text())));
    assert!(told.text().contains("“large.pdf” is too large") && told.text().contains("four.jpg"), "{}", told.text());
    let long = "x".repeat(5_000);
    let many: Vec<_> = (0..40).map(|_| ("field", "")).collect();
    for fields in [&[("field", long.as_str())][..], &many] {
        let answer = buyer.send_files(&format!("{page}/files"), BOUNDARY, &form(fields, &[("x.jpg", &photo(5))]));
        assert!(matches!(answer.status, 400 | 413), "{}", answer.status);
    }

    let mut seller = Clerk::seller(&server);
    let own = format!("/refunds/{}", refund["id"].as_str().unwrap());
    let shown = seller.get(&own);
    let small = shown.html.split("<img src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(small.starts_with(&format!("{own}/files/")) && small.ends_with("?size=small"), "{small}");
    assert_eq!(seller.get(&small).status, 200);
    let stranger = Browser::new(&server);
    assert_ne!(stranger.open(&small).status, 200);

    // The form of another site's page has no mark.
    let forged = seller.send_files(&format!("{own}/files"), BOUNDARY, &form(&[], &[("ours.jpg", &photo(9))]));
    assert_eq!(forged.status, 403);
    let mark = seller.mark().to_owned();
    let sent = form(&[("mark", &mark), ("once", "x")], &[("ours.jpg", &photo(9))]);
    assert_eq!(seller.send_files(&format!("{own}/files"), BOUNDARY, &sent).status, 303);
    let hash = server.show(&refund)["files"][4]["sha256"].as_str().unwrap().to_owned();
    let version = server.show(&refund)["version"].to_string();
    let refused = seller.post(
        &format!("{own}/act/refuse"),
        &[("version", &version), ("reason", "It was worn"), ("file", &hash), ("once", "y")],
    );
    assert_eq!(refused.status, 303, "{}", refused.text());
    assert_eq!(server.show(&refund)["seller_refusal_files"], json!([hash]));

    let mut operator = Clerk::operator(&server);
    let shown = operator.get(&own);
    let erase = shown.html.split("action=\"").find(|rest| rest.split('"').next().unwrap().ends_with("/erase")).unwrap();
    let erase = erase.split('"').next().unwrap().to_owned();
    assert!(!seller.get(&own).html.contains("/erase\""));
    assert_ne!(seller.post(&erase, &[("once", "z")]).status, 303);
    assert_eq!(operator.post(&erase, &[("once", "z")]).status, 303);
    assert!(buyer.open(&page).text().contains("Erased You"));
    server.stop();
}

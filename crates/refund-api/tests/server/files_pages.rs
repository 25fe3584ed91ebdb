//! Evidence on pages (R43), without scripts.

use serde_json::{Value, json};

use crate::files::photo;
use crate::rulings::{call_in, called_in};
use crate::support::browser::Browser;
use crate::support::clerk::{Clerk, demo};
use crate::support::{Server, path};

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

/// Adds a document to a refund by a key; what it hashes to.
fn document(server: &Server, refund: &Value, token: &str, name: &str) -> String {
    let to = format!("{}?name={name}", path(refund, "files"));
    let file = format!("%PDF-1.7\n{name}");
    let added = server.send("POST", &to, token, &[("Content-Type", "application/octet-stream")], file.as_bytes());
    assert_eq!(added.status, 201, "{}", added.body);
    added.body["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn r43_an_offer_names_files_which_are_shown_before_it_is_sent() {
    demo(|server, _, seller| {
        let refund = server.open("o-1");
        let here = format!("{}/offer", server.page(&refund));
        assert!(!seller.get(&here).says("name=\"file\""), "there is none to be named");
        let own = document(server, &refund, &server.seller, "scratch.pdf");
        let buyers = document(server, &refund, &server.platform, "dent.pdf");
        let page = seller.get(&here);
        assert!(page.says(&format!("name=\"file\" value=\"{own}\"")) && !page.says(&buyers), "{}", page.html);
        let mut send = |step: &str, file: &str| {
            let fields = [("type", "REFUND_ONLY"), ("amount", "2"), ("version", "1"), ("once", step)];
            seller.post(&here, &[&fields[..], &[("step", step), ("file", file)]].concat())
        };
        for step in ["review", "send"] {
            let no = send(step, &buyers);
            assert!(no.text().contains("A file is named that you have not added"), "{}", no.text());
        }
        let review = send("review", &own);
        assert!(review.says(&format!("<input type=\"hidden\" name=\"file\" value=\"{own}\">")), "{}", review.html);
        assert!(review.text().contains("PDF scratch.pdf"), "{}", review.text());
        let again = send("edit", &own);
        assert!(again.says(&format!("value=\"{own}\" checked")), "{}", again.html);
        assert_eq!(send("send", &own).status, 303);
        assert_eq!(server.show(&refund)["negotiation"]["offer"]["files"], json!([own]));
        let buyers = Browser::new(server).open(&server.buyer_page(&refund)).html;
        let lead = buyers.split("aria-labelledby=\"asked\"").next().unwrap();
        assert!(lead.contains(&format!("/files/{own}\"")), "where it is answered: {lead}");
    });
}

#[test]
fn r43_a_ruling_names_files_which_are_shown_before_it_is_made() {
    demo(|server, operator, _| {
        let refund = called_in(server, "o-1");
        let sellers = document(server, &refund, &server.seller, "scratch.pdf");
        let own = document(server, &refund, &server.operator, "report.pdf");
        let here = format!("{}/ruling", server.page(&refund));
        let page = operator.get(&here);
        let version = page.field("version");
        let pick = |file: &str| format!("name=\"file\" value=\"{file}\"");
        assert!(page.says(&pick(&own)) && !page.says(&pick(&sellers)), "{}", page.html);
        let mut send = |step: &str| {
            let fields = [("decision", "CLOSE"), ("reason", "Seen."), ("version", version.as_str()), ("once", step)];
            operator.post(&here, &[&fields[..], &[("step", step), ("file", own.as_str())]].concat())
        };
        let review = send("review");
        assert!(review.says(&format!("<input type=\"hidden\" {}>", pick(&own))), "{}", review.html);
        assert!(review.text().contains("PDF report.pdf"), "{}", review.text());
        assert!(send("edit").says(&format!("value=\"{own}\" checked")));
        assert_eq!(send("rule").status, 303);
        let events = server.get(&path(&refund, "events"), &server.operator).body;
        let ruled = events["items"].as_array().unwrap().iter().find(|event| event["type"] == "refund.ruled").unwrap();
        assert_eq!(ruled["data"]["files"], json!([own]));
    });
}

#[test]
fn r43_what_is_shown_stands_in_the_history_where_it_was_added_and_named() {
    demo(|server, operator, seller| {
        let refund = server.open("o-1");
        let (page, buyers) = (server.page(&refund), server.buyer_page(&refund));
        let sent = form(&[], &[("dent.jpg", &photo(1))]);
        let buyer = Browser::new(server);
        assert_eq!(buyer.send_files(&format!("{buyers}/files"), BOUNDARY, &sent).status, 303);
        let hash = server.show(&refund)["files"][0]["sha256"].as_str().unwrap().to_owned();
        let said = [("text", "The dent is at the bottom."), ("file", &hash), ("once", "m")];
        assert_eq!(buyer.submit(&format!("{buyers}/message"), &said).status, 303);
        document(server, &refund, &server.seller, "%3Cscratch%3E.pdf");
        let history = |html: &str| html.split_once("<ol class=\"moments\">").unwrap().1.to_owned();
        for (html, place) in [(seller.get(&page).html, &page), (buyer.open(&buyers).html, &buyers)] {
            let told = history(&html);
            let small = format!("<img src=\"{place}/files/{hash}?size=small\" alt=\"dent.jpg\"");
            let small = small + " loading=\"lazy\" width=\"64\" height=\"64\">";
            assert_eq!(told.matches(&small).count(), 2, "where it was added, and by the message: {told}");
            assert!(told.contains("&#60;scratch&#62;.pdf") && !told.contains("<scratch>"), "{told}");
        }
        call_in(server, &refund);
        assert!(
            operator.get(&format!("{page}/ruling")).says(&format!("{page}/files/{hash}?size=small\" alt=\"dent.jpg\""))
        );

        let erase = format!("{page}/files/{hash}/erase");
        assert_eq!(operator.post(&erase, &[("once", "z")]).status, 303);
        let told = history(&seller.get(&page).html);
        assert_eq!(told.matches("<span class=\"file-gone\">Erased</span>").count(), 2, "{told}");
        assert!(!told.contains(&format!("{hash}?size=small")), "{told}");
    });
}

//! Evidence (R43): files that the sides of a refund show each other, over HTTP.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, ImageFormat, Rgb, RgbImage};
use refund_store::care::{Watcher, back_up};
use serde_json::{Value, json};

use crate::support::{Reply, Server, opening, path};

const PDF: &[u8] = b"%PDF-1.7\nan invoice";

fn served(test: impl FnOnce(&Server, &Value, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    test(&server, &refund, folder.path());
    server.stop();
}

/// A photo as a phone takes it: with what it writes beside the picture.
pub(crate) fn photo(shade: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
    let exif = [b"II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\x0e\0\0\0\x1a\0\0\0\0\0\0\0".as_slice(), b"CANARY-CAMERA\0"];
    encoder.set_exif_metadata(exif.concat()).unwrap();
    encoder
        .encode_image(&RgbImage::from_pixel(640, 400, Rgb([shade.wrapping_mul(12), shade.wrapping_mul(37), 10])))
        .unwrap();
    jpeg
}

fn screenshot() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    RgbImage::from_pixel(30, 20, Rgb([1, 2, 3])).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

fn add(server: &Server, refund: &Value, token: &str, name: &str, file: &[u8]) -> Reply {
    let path = path(refund, &format!("files?name={name}"));
    server.send("POST", &path, token, &[("Content-Type", "application/octet-stream")], file)
}

fn link(refund: &Value) -> &str {
    refund["buyer_link"]["token"].as_str().unwrap()
}

fn place(refund: &Value, file: &Value) -> String {
    path(refund, &format!("files/{}", file["sha256"].as_str().unwrap()))
}

/// Every file under the folder with evidence, and every folder in which nothing is.
pub(crate) fn kept(folder: &Path) -> Vec<PathBuf> {
    let evidence = folder.join("evidence");
    let (mut all, mut folders) = (Vec::new(), vec![evidence.clone()]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        if entries.is_empty() && folder != evidence {
            all.push(folder);
        }
        for path in entries {
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

fn types(server: &Server, refund: &Value) -> Vec<String> {
    let items = server.get(&path(refund, "events"), &server.operator).body["items"].clone();
    items.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn r43_what_one_side_adds_both_and_the_operator_see_and_nobody_else() {
    served(|server, refund, _| {
        let dent = add(server, refund, link(refund), "dent.jpg", &photo(200));
        assert_eq!(
            (dent.status, &dent.body["media_type"], &dent.body["by"]),
            (201, &json!("image/jpeg"), &json!("buyer"))
        );
        let invoice = add(server, refund, &server.seller, "invoice.pdf", PDF);
        assert_eq!((invoice.status, &invoice.body["bytes"]), (201, &json!(PDF.len())));
        let ruling = add(server, refund, &server.operator, "", &screenshot());
        assert_eq!((ruling.status, &ruling.body["name"], &ruling.body["by"]), (201, &json!(""), &json!("operator")));
        let for_buyer = add(server, refund, &server.platform, "2.jpg", &photo(7));
        assert_eq!((for_buyer.status, &for_buyer.body["by"]), (201, &json!("buyer")));

        let all = [&dent, &invoice, &ruling, &for_buyer].map(|reply| reply.body.clone());
        for token in [link(refund), &server.seller, &server.platform, &server.operator] {
            assert_eq!(server.get(&path(refund, ""), token).body["files"], json!(all));
            let (status, headers, bytes) = server.file(&place(refund, &invoice.body), token);
            assert_eq!((status, bytes.as_slice()), (200, PDF));
            assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''invoice.pdf");
        }
        let other = server.open("o-2");
        for token in [link(&other), ""] {
            let (status, _, bytes) = server.file(&place(refund, &dent.body), token);
            assert!(matches!(status, 401 | 404), "{status}");
            assert!(!bytes.starts_with(b"\xff\xd8"));
        }
        assert_eq!(server.file(&place(&other, &dent.body), &server.operator).0, 404, "a file is one refund's");
        assert_eq!(add(server, refund, link(&other), "x", PDF).status, 404);
    });
}

#[test]
fn r43_a_photo_is_given_out_without_what_the_phone_wrote_into_it_and_can_do_nothing() {
    served(|server, refund, folder| {
        let sent = photo(200);
        assert!(sent.windows(6).any(|part| part == b"CANARY"));
        let file = add(server, refund, link(refund), "dent.jpg", &sent).body;
        let (_, headers, whole) = server.file(&place(refund, &file), &server.seller);
        assert_eq!(image::load_from_memory(&whole).unwrap().width(), 640);
        assert_eq!(headers["content-type"], "image/jpeg");
        assert_eq!(headers["content-length"].to_str().unwrap(), whole.len().to_string());
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("sandbox; default-src 'none'"));
        assert_eq!(headers["cache-control"], "private, no-cache");
        let (_, headers, small) = server.file(&format!("{}?size=small", place(refund, &file)), &server.seller);
        assert_eq!(
            (headers["content-type"].to_str().unwrap(), image::load_from_memory(&small).unwrap().width()),
            ("image/jpeg", 480)
        );
        for path in kept(folder) {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(6).any(|part| part == b"CANARY"), "{}", path.display());
        }
    });
}

#[test]
fn r43_what_is_no_file_that_is_taken_is_refused_and_nothing_of_it_is_kept() {
    served(|server, refund, folder| {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".as_slice();
        let cut = photo(1)[..200].to_vec();
        let too_long = [PDF, &vec![b' '; 10 * 1024 * 1024]].concat();
        let mut bomb = screenshot();
        // It says that it has 100,000 pixels at each side.
        bomb.splice(16..24, [0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
        let multipart = b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n%PDF-".as_slice();
        let refused: [(&[u8], u16); 7] = [
            (b"", 415),
            (b"<html>hello", 415),
            (svg, 415),
            (&cut, 415),
            (&bomb, 415),
            (&too_long, 413),
            (multipart, 415),
        ];
        for (file, status) in refused {
            let reply = add(server, refund, link(refund), "photo.png", file);
            assert_eq!(reply.status, status, "{:?} {}", &file[..file.len().min(20)], reply.body);
        }
        let coded = [("Content-Type", "application/octet-stream"), ("Content-Encoding", "gzip")];
        for (path, key) in [(path(refund, "files"), link(refund)), ("/v1/files".to_owned(), server.platform.as_str())] {
            let reply = server.send("POST", &path, key, &coded, PDF);
            assert_eq!((reply.status, &reply.body["code"]), (415, &json!("unsupported_content_encoding")), "{path}");
        }
        assert!(kept(folder).is_empty());
        let named = add(server, refund, &server.seller, "invoice.html", PDF);
        let (_, headers, _) = server.file(&place(refund, &named.body), &server.operator);
        assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''invoice.html.pdf");
        assert_eq!(server.send("DELETE", &place(refund, &named.body), &server.operator, &[], b"").status, 200);
        let turned = add(server, refund, link(refund), "a%E2%80%AEgpj.exe", PDF);
        assert_eq!((turned.status, &turned.body["code"]), (400, &json!("malformed_query")));
        let left = kept(folder).into_iter().filter(|path| fs::metadata(path).unwrap().len() > 0).count();
        assert_eq!((left, types(server, refund).len()), (0, 3));
    });
}

#[test]
fn r43_the_same_file_again_is_the_same_file() {
    served(|server, refund, folder| {
        let first = add(server, refund, link(refund), "dent.jpg", &photo(200));
        let again = add(server, refund, link(refund), "dent-2.jpg", &photo(200));
        assert_eq!((again.status, &again.body), (201, &first.body));
        let by_seller = add(server, refund, &server.seller, "ours.jpg", &photo(200));
        assert_eq!((&by_seller.body["sha256"], &by_seller.body["by"]), (&first.body["sha256"], &json!("seller")));
        let added = types(server, refund).iter().filter(|kind| *kind == "evidence.added").count();
        assert_eq!((added, kept(folder).len()), (2, 2), "the picture and the small one");
    });
}

#[test]
fn r43_each_side_has_room_for_twenty_files_of_its_own() {
    served(|server, refund, folder| {
        for shade in 0..20 {
            assert_eq!(add(server, refund, link(refund), "", &photo(shade)).status, 201);
        }
        let refused = add(server, refund, link(refund), "", &photo(99));
        assert_eq!((refused.status, &refused.body["rule"]), (409, &json!("R43")), "{}", refused.body);
        assert_eq!(kept(folder).len(), 40);
        assert_eq!(add(server, refund, &server.seller, "", PDF).status, 201);
    });
}

#[test]
fn r43_an_erased_file_is_gone_for_all_and_from_backups_made_after_it() {
    served(|server, refund, folder| {
        let backup = folder.join("backup");
        let data = folder.to_owned();
        let copy =
            || back_up(&data, &backup, &[], "2026-12-01T00:00:00Z".parse().unwrap(), &Watcher::nobody()).unwrap();
        let file = add(server, refund, link(refund), "dent.jpg", &photo(200)).body;
        assert_eq!(copy().evidence.added, 2);
        let path = place(refund, &file);
        for token in [link(refund), &server.seller, &server.platform] {
            assert_eq!(server.send("DELETE", &path, token, &[], b"").status, 403);
        }
        for _ in 0..2 {
            assert_eq!(server.send("DELETE", &path, &server.operator, &[], b"").status, 200);
        }
        let gone = server.get(&path, &server.seller);
        assert_eq!((gone.status, &gone.body["code"]), (410, &json!("file_erased")));
        let shown = server.show(refund)["files"][0].clone();
        assert_eq!((&shown["sha256"], shown["erased_at"].is_string()), (&file["sha256"], true));
        assert_eq!(types(server, refund).iter().filter(|kind| *kind == "evidence.erased").count(), 1);
        let again = add(server, refund, link(refund), "dent.jpg", &photo(200));
        assert_eq!((again.status, &again.body["code"]), (422, &json!("evidence_erased")), "{}", again.body);
        let left: Vec<_> = kept(folder).into_iter().filter(|path| fs::metadata(path).unwrap().len() > 0).collect();
        assert_eq!(left, Vec::<PathBuf>::new());
        assert_eq!(copy().evidence.erased, 2);
        let left: Vec<_> = kept(&backup).into_iter().filter(|path| fs::metadata(path).unwrap().len() > 0).collect();
        assert_eq!(left, Vec::<PathBuf>::new());
    });
}

#[test]
fn r43_a_refund_is_opened_with_files_that_were_handed_in_before() {
    served(|server, _, folder| {
        let octets = [("Content-Type", "application/octet-stream")];
        let held = server.send("POST", "/v1/files?name=dent.jpg", &server.platform, &octets, &photo(200));
        assert_eq!(held.status, 201, "{}", held.body);
        let elsewhere = server.send("POST", "/v1/files", &server.seller, &octets, PDF);
        assert_eq!(elsewhere.status, 403);
        let mut asked = opening("o-9");
        asked["files"] = json!([held.body["sha256"]]);
        let refund = server.post("/v1/refunds", &server.platform, &[], &asked);
        assert_eq!((refund.status, &refund.body["files"][0]["name"]), (201, &json!("dent.jpg")), "{}", refund.body);
        assert_eq!(refund.body["requested"]["files"], json!([held.body["sha256"]]));
        assert_eq!(server.file(&place(&refund.body, &held.body), &server.seller).0, 200);
        let files = kept(folder).len();
        // The line has a refund in progress: nothing is kept for one that is not opened.
        assert_eq!(server.post("/v1/refunds", &server.platform, &[], &asked).status, 200);
        assert_eq!(kept(folder).len(), files);
        let key = [("Idempotency-Key", "o-11")];
        let mut first = opening("o-11");
        first["files"] = asked["files"].clone();
        let opened = server.post("/v1/refunds", &server.platform, &key, &first);
        assert_eq!(opened.status, 201, "{}", opened.body);
        // Erased on one refund, it is not held for others either; and what was answered is answered again.
        let place = place(&refund.body, &held.body);
        assert_eq!(server.send("DELETE", &place, &server.operator, &[], b"").status, 200);
        let again = server.post("/v1/refunds", &server.platform, &key, &first);
        assert_eq!(
            (again.status, again.replayed, &again.body["id"]),
            (201, true, &opened.body["id"]),
            "{}",
            again.body
        );
        let mut other = opening("o-12");
        other["files"] = asked["files"].clone();
        assert_eq!(server.post("/v1/refunds", &server.platform, &[], &other).body["code"], "evidence_unknown");
        let files = kept(folder).len();
        let mut unknown = opening("o-10");
        unknown["files"] = json!(["0a".repeat(32)]);
        let refused = server.post("/v1/refunds", &server.platform, &[], &unknown);
        assert_eq!((refused.body["code"].as_str(), kept(folder).len()), (Some("evidence_unknown"), files));
    });
}

#[test]
fn r44_a_reason_that_asks_for_evidence_is_taken_with_it_alone() {
    served(|server, refund, _| {
        let worn = json!({ "code": "worn", "for": "refuse", "fault": "buyer", "evidence": true });
        let set = server.put("/v1/policy", &server.operator, &json!({ "reasons": [worn] }));
        assert_eq!(set.status, 200, "{}", set.body);
        let mut refusal = json!({ "reason": "It was worn", "reason_code": "worn" });
        let without = server.as_seller(refund, "refuse", &refusal);
        assert_eq!(without.body["code"], "evidence_required", "{}", without.body);
        let of_the_buyer = add(server, refund, link(refund), "", &photo(1)).body;
        refusal["files"] = json!([of_the_buyer["sha256"]]);
        assert_eq!(server.as_seller(refund, "refuse", &refusal).body["code"], "evidence_unknown", "one's own count");
        let own = add(server, refund, &server.seller, "worn.jpg", &photo(2)).body;
        refusal["files"] = json!([own["sha256"]]);
        let refused = server.as_seller(refund, "refuse", &refusal);
        assert_eq!(
            (refused.status, &refused.body["seller_refusal_files"]),
            (200, &refusal["files"]),
            "{}",
            refused.body
        );
    });
}

#[test]
fn what_somebody_else_adds_too_stays_where_one_of_them_is_refused() {
    served(|server, refund, _| {
        for round in 0..6_u8 {
            let file = [PDF, &[b'0' + round]].concat();
            let made =
                server.post("/v1/keys", &server.operator, &[], &json!({ "name": "late", "role": "operator" })).body;
            let begun =
                [made["secret"].as_str().unwrap(), &server.operator].map(|key| begin(server, refund, key, &file));
            let revoke = format!("/v1/keys/{}/revoke", made["id"].as_str().unwrap());
            assert_eq!(server.post(&revoke, &server.operator, &[], &json!({})).status, 200);
            let answers = begun.map(|mut stream| {
                stream.write_all(&file[5..]).unwrap();
                stream
            });
            let answers = answers.map(|mut stream| {
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            });
            assert!(answers[0].starts_with("HTTP/1.1 401") && answers[1].starts_with("HTTP/1.1 201"), "{answers:?}");
            let added = server.show(refund)["files"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(server.file(&place(refund, &added), &server.operator).0, 200, "round {round}");
        }
    });
}

/// An upload of which so much has come.
fn begin(server: &Server, refund: &Value, key: &str, file: &[u8]) -> std::net::TcpStream {
    let mut stream = server.connect();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        path(refund, "files"),
        file.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&file[..5]).unwrap();
    stream
}

#[test]
fn a_key_that_is_revoked_while_a_file_is_on_its_way_adds_nothing() {
    served(|server, refund, folder| {
        let made = server.post("/v1/keys", &server.operator, &[], &json!({ "name": "late", "role": "operator" })).body;
        let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
        let mut stream = begin(server, refund, secret, PDF);
        let revoked = server.post(&format!("/v1/keys/{id}/revoke"), &server.operator, &[], &json!({}));
        assert_eq!(revoked.status, 200, "{}", revoked.body);
        stream.write_all(&PDF[5..]).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        assert_eq!((kept(folder), types(server, refund).len()), (Vec::new(), 1));
    });
}

#[test]
fn an_opening_with_files_is_answered_again_after_a_restart_though_they_are_held_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let key = [("Idempotency-Key", "o-1")];
    let mut asked = opening("o-1");
    let before = Server::demo(folder.path());
    let octets = [("Content-Type", "application/octet-stream")];
    let held = before.send("POST", "/v1/files", &before.platform, &octets, PDF);
    asked["files"] = json!([held.body["sha256"]]);
    let opened = before.post("/v1/refunds", &before.platform, &key, &asked);
    assert_eq!(opened.status, 201, "{}", opened.body);
    // A demo makes other keys each time that it starts, and the key is a part of who asks.
    let platform = before.platform.clone();
    before.stop();
    fs::remove_dir_all(folder.path().join("evidence/held")).unwrap();
    let server = Server::demo(folder.path());
    let again = server.post("/v1/refunds", &platform, &key, &asked);
    assert_eq!((again.status, again.replayed, &again.body["id"]), (201, true, &opened.body["id"]), "{}", again.body);
    server.stop();
}

//! A body that comes late: what is done is what its sender may do once it is there.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::browser::Browser;
use crate::support::{SELLER, Server, path};
use serde_json::{Value, json};

/// A call of which all but the last byte was sent.
struct Begun {
    stream: TcpStream,
    last: u8,
}

impl Begun {
    fn new(server: &Server, head: &str, body: &str) -> Self {
        let (body, last) = body.as_bytes().split_at(body.len() - 1);
        let length = body.len() + 1;
        let head = format!("{head}\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        let mut stream = server.connect();
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        Self { stream, last: last[0] }
    }

    fn by_key(server: &Server, call: &str, token: &str, headers: &str, body: &Value) -> Self {
        let head =
            format!("{call} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json{headers}");
        Self::new(server, &head, &body.to_string())
    }

    fn of_page(server: &Server, person: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Self {
        let mark = person.open("/people").field("mark");
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields).append_pair("mark", &mark);
        let session = person.cookie("__Host-session").unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nCookie: __Host-session={session}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded"
        );
        Self::new(server, &head, &form.finish())
    }

    /// Sends the last byte; the status of the answer.
    fn ended(mut self) -> String {
        self.stream.write_all(&[self.last]).unwrap();
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()[9..12].to_owned()
    }
}

fn key(server: &Server, body: &Value) -> (String, String) {
    let made = server.post("/v1/keys", &server.operator, &[], body).body;
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

#[test]
fn a_key_that_is_revoked_while_its_body_is_on_its_way_does_nothing_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let (operator_id, operator) = key(&server, &json!({ "name": "stolen", "role": "operator" }));
    let (seller_id, seller) = key(&server, &json!({ "name": "s", "role": "seller", "seller_id": SELLER }));
    let another = json!({ "name": "back door", "role": "operator" });
    let agree = format!("POST {}", path(&refund, "agree"));
    let begun = [
        Begun::by_key(&server, "POST /v1/keys", &operator, "", &another),
        Begun::by_key(&server, "PUT /v1/policy", &operator, "", &json!({ "seller_decide_seconds": 3600 })),
        Begun::by_key(&server, &agree, &seller, "\r\nIf-Match: \"1\"", &json!({})),
    ];
    for id in [&operator_id, &seller_id] {
        let revoked = server.post(&format!("/v1/keys/{id}/revoke"), &server.operator, &[], &json!({}));
        assert_eq!(revoked.status, 200, "{}", revoked.body);
    }
    assert_eq!(begun.map(Begun::ended), ["401", "401", "401"]);
    let keys = server.get("/v1/keys?limit=100", &server.operator).body.to_string();
    assert!(!keys.contains("back door"));
    assert_eq!(server.show(&refund)["version"], 1);
    server.stop();
}

#[test]
fn a_link_that_is_replaced_while_its_body_is_on_its_way_does_nothing_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    let cancel =
        Begun::by_key(&server, &format!("POST {}", path(&refund, "cancel")), link, "", &json!({ "reason": "r" }));
    let mut of_nothing = server.connect();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {link}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        path(&refund, "cancel")
    );
    of_nothing.write_all(head.as_bytes()).unwrap();
    let replaced = server.post(&path(&refund, "buyer-link"), &server.platform, &[], &json!({}));
    assert_eq!((replaced.status, cancel.ended().as_str()), (200, "401"));
    of_nothing.write_all(b"0\r\n\r\n").unwrap();
    let mut answer = String::new();
    of_nothing.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "nor by a body that turns out to be nothing: {answer}");
    assert_eq!(server.show(&refund)["status"], "WAIT_SELLER_AGREE");
    server.stop();
}

#[test]
fn somebody_who_is_shut_out_or_another_role_while_their_form_is_on_its_way_does_nothing_more_than_that_role() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let operator = Browser::signed_in(&server, &server.link("operator"));
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let refund = server.open("o-1");
    let id = |name: &str| {
        let page = operator.open(&format!("/people?name={name}")).html;
        let (_, rest) = page.split_once("/people/usr_").unwrap();
        format!("usr_{}", rest.split('/').next().unwrap())
    };
    let own = id("homeware-1");
    let to = |what: &str, fields: &[(&str, &str)]| {
        let done = operator.submit_on(&operator.open("/people"), &format!("/people/{own}/{what}"), fields);
        assert_eq!(done.status, 303, "{what}: {}", done.text());
    };
    let agree = format!("{}/act/agree", server.page(&refund));
    let newcomer = [("name", "ghost"), ("team_role", "owner")];
    let late = [
        Begun::of_page(&server, &seller, "/people", &newcomer),
        Begun::of_page(&server, &seller, &agree, &[("version", "1")]),
    ];
    to("role", &[("team_role", "reader")]);
    assert_eq!(late.map(Begun::ended), ["403", "403"], "a reader changes nothing");
    to("role", &[("team_role", "owner")]);
    let late = [
        Begun::of_page(&server, &seller, &agree, &[("version", "1")]),
        Begun::of_page(&server, &seller, &format!("/people/{own}/enable"), &[]),
        Begun::of_page(&server, &seller, "/people", &newcomer),
    ];
    to("disable", &[]);
    for late in late {
        let status = late.ended();
        assert!(["303", "401"].contains(&status.as_str()), "they are asked to sign in: {status}");
    }
    assert_eq!(server.show(&refund)["version"], 1);
    let people = operator.open("/people").text();
    assert!(!people.contains("ghost"), "{people}");
    let enabled = operator.open("/people").html.contains(&format!("/people/{own}/enable"));
    assert!(enabled, "nobody lets themselves in again");
    server.stop();
}

//! The adapter of `docs/payments.md` between a server and the provider beside it, both in earnest: answers are lost, the
//! adapter crashes in the middle, and in the end the books are equal.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Server, money, opening};

/// Runs the adapter once, and crashes before or behind one of its calls.
const CRASHES: &str = "
import os, runpy, sys, urllib.request
left, behind, path = int(sys.argv[1]), sys.argv[2] == 'behind', sys.argv[3]
really = urllib.request.urlopen
def call(*what, **how):
    global left
    left -= 1
    if left == 0 and not behind:
        os._exit(9)
    answer = really(*what, **how)
    if left == 0:
        os._exit(9)
    return answer
urllib.request.urlopen = call
sys.argv = [path, '--once']
runpy.run_path(path, run_name='__main__')
";

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/payments").join(name)
}

/// The provider, which ends with the test.
struct Provider {
    process: Child,
    url: String,
}

impl Provider {
    fn start(seed: u32) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut provider = Command::new("python3");
        provider.arg(program("provider.py")).args([port.to_string(), seed.to_string()]).stdout(Stdio::piped());
        let mut process = provider.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on 127.0.0.1"), "{line}");
        Self { process, url: format!("http://127.0.0.1:{port}") }
    }

    /// What each payment is, and how much.
    fn books(&self) -> BTreeMap<String, (String, String)> {
        let books: Value = ureq::get(format!("{}/books", self.url)).call().unwrap().body_mut().read_json().unwrap();
        let payment = |payment: &Value| {
            let (key, status) = (text(&payment["key"]), text(&payment["status"]));
            (key, (status, text(&payment["amount"]["value"])))
        };
        books.as_array().unwrap().iter().map(payment).collect()
    }

    fn calm(&self) {
        ureq::post(format!("{}/calm", self.url)).send_empty().unwrap();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

struct World<'a> {
    server: &'a Server,
    provider: &'a Provider,
    folder: &'a Path,
    refunds: Vec<String>,
}

impl World<'_> {
    fn adapter(&self, arguments: &[&str]) -> bool {
        let mut adapter = Command::new("python3");
        adapter.args(arguments).stderr(Stdio::null());
        adapter.env("ENGINE", &self.server.base_url).env("ENGINE_KEY", &self.server.platform);
        adapter.env("PROVIDER", &self.provider.url).env("MEMORY", self.folder.join("memory.json"));
        adapter.status().unwrap().success()
    }

    fn payouts(&self) -> Vec<Value> {
        let refund = |id: &String| self.server.get(&format!("/v1/refunds/{id}"), &self.server.platform).body;
        self.refunds.iter().map(refund).map(|refund| refund["payout"].clone()).collect()
    }

    /// What the engine knows of each attempt.
    fn books(&self) -> BTreeMap<String, (String, String)> {
        let mut books = BTreeMap::new();
        for payout in self.payouts() {
            for attempt in payout["attempts"].as_array().unwrap() {
                let known = (text(&attempt["status"]), text(&payout["amount"]["value"]));
                books.insert(text(&attempt["attempt_key"]), known);
            }
        }
        books
    }

    /// The operator has whatever failed or came back tried again.
    fn retry(&self) {
        for (id, payout) in self.refunds.iter().zip(self.payouts()) {
            if ["failed", "reversed"].contains(&payout["status"].as_str().unwrap()) {
                let path = format!("/v1/refunds/{id}/payout/retry");
                assert_eq!(self.server.post(&path, &self.server.platform, &[], &json!({})).status, 200);
            }
        }
    }
}

#[test]
fn the_adapter_of_the_page_pays_everything_once_however_it_goes() {
    for seed in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(&folder.path().join("demo"));
        assert_eq!(server.put("/v1/policy", &server.operator, &json!({ "payout": "confirmed" })).status, 200);
        let provider = Provider::start(seed);
        let refunds = (1..=8).map(|number| agreed(&server, number)).collect();
        let world = World { server: &server, provider: &provider, folder: folder.path(), refunds };
        let (path, mut crashes) = (program("adapter.py").display().to_string(), 0);
        for round in 1..=12 {
            let side = if round % 2 == 0 { "behind" } else { "before" };
            crashes += usize::from(!world.adapter(&["-c", CRASHES, &(round % 9 + 1).to_string(), side, &path]));
            if round % 3 == 0 {
                world.retry();
                server.advance(7 * 3600);
            }
        }
        assert!(crashes > 6, "{crashes}");
        provider.calm();
        for _ in 0..20 {
            assert!(world.adapter(&[&path, "--once"]));
        }
        let mut paid = provider.books();
        // The demo has payouts of its own.
        paid.retain(|key, _| world.refunds.iter().any(|id| key.starts_with(id)));
        assert_eq!(world.books(), paid, "seed {seed}");
        for payout in world.payouts() {
            let attempts = payout["attempts"].as_array().unwrap();
            let paid = attempts.iter().filter(|attempt| attempt["status"] == "succeeded").count();
            assert_eq!(payout["paid_twice"] == json!(true), paid > 1, "{payout}");
        }
        server.stop();
    }
}

/// A refund that is agreed, and whose payout has begun.
fn agreed(server: &Server, number: u32) -> String {
    let mut wanted = opening(&format!("paid-{number}"));
    wanted["type"] = json!("REFUND_ONLY");
    wanted["amount"] = money(&format!("{number}.50"));
    let opened = server.post("/v1/refunds", &server.platform, &[], &wanted).body;
    let id = text(&opened["id"]);
    let path = format!("/v1/refunds/{id}/agree");
    assert_eq!(server.post(&path, &server.seller, &[("If-Match", "\"1\"")], &json!({})).status, 200);
    id
}

#[test]
fn what_was_paid_before_a_restore_is_not_taken_for_another_amount() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(&folder.path().join("demo"));
    assert_eq!(server.put("/v1/policy", &server.operator, &json!({ "payout": "confirmed" })).status, 200);
    let provider = Provider::start(1);
    provider.calm();
    let refunds = vec![agreed(&server, 7)];
    let key = format!("{}-1", refunds[0]);
    ureq::put(format!("{}/payments/{key}", provider.url)).send_json(money("3.00")).unwrap();
    let world = World { server: &server, provider: &provider, folder: folder.path(), refunds };
    for _ in 0..3 {
        assert!(world.adapter(&[&program("adapter.py").display().to_string(), "--once"]));
    }
    assert_eq!(provider.books()[&key], ("succeeded".to_owned(), "3.00".to_owned()));
    assert_eq!(world.books()[&key], ("started".to_owned(), "7.50".to_owned()));
    server.stop();
}

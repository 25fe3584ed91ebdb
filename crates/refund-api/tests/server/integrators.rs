//! What clients, proxies and tools send that is not quite what the contract shows.

use crate::support::Server;
use serde_json::json;

#[test]
fn an_instant_may_be_finer_than_a_millisecond() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    for to in ["2030-01-01T00:00:00.1234567Z", "2030-01-01T08:00:00.123999999999+08:00"] {
        let moved = server.post("/v1/test-clock/advance", &server.operator, &[], &json!({ "to": to }));
        assert_eq!((moved.status, &moved.body["now"]), (200, &json!("2030-01-01T00:00:00.123Z")), "{to}");
    }
    let listed = server.get("/v1/refunds?due_before=2030-01-01T00:00:00.123456Z", &server.operator);
    assert_eq!(listed.status, 200, "{:?}", listed.body);
    server.stop();
}

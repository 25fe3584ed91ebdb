//! Whatever comes down a connection: it is answered in the words of HTTP or the connection ends, and the server lives on.

use crate::support::Server;

/// The statuses of all answers on a connection, and the code of the problem that the last one is.
fn outcome(answers: &str) -> String {
    let statuses = answers.split("HTTP/1.").skip(1).map(|answer| &answer[2..5]);
    let code = answers.rsplit_once("\"code\":\"").map(|(_, rest)| rest.split('"').next().unwrap().to_owned());
    statuses.map(str::to_owned).chain(code).collect::<Vec<_>>().join(" ")
}

fn head(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\nHost: h\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

#[test]
fn what_is_no_http_or_too_much_of_it_is_refused_or_the_connection_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let long = "x".repeat(100_000);
    let many = "A: b\r\n".repeat(2_000);
    let get = "GET /v1/refunds HTTP/1.1";
    for (sent, bytes, expected) in [
        ("a header of 100 KB", head(get, &format!("X-Long: {long}\r\n")), "431"),
        ("a key of 100 KB", head(get, &format!("Authorization: Bearer {long}\r\n")), "431"),
        ("two thousand headers", head(get, &many), "431"),
        ("a path of 100 KB", head(&format!("GET /{long} HTTP/1.1"), ""), "431"),
        (
            "a query of 30 KB",
            head(&format!("GET /v1/refunds?cursor={} HTTP/1.1", &long[..30_000]), ""),
            "401 unauthenticated",
        ),
        ("rubbish", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), "400"),
        ("no version", b"GET /livez\r\n\r\n".to_vec(), "400"),
        ("another version", b"GET /livez HTTP/3.0\r\n\r\n".to_vec(), "400"),
        ("HTTP/2 at once", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), ""),
        ("a header without a colon", head(get, "rubbish\r\n"), "400"),
        ("NUL in the path", head("GET /v1/\0 HTTP/1.1", ""), "400"),
        ("NUL in a header", head(get, "X-Nul: a\0b\r\n"), "400"),
        ("NUL, escaped, in the path", head("GET /v1/refunds/a%00b HTTP/1.1", ""), "401 unauthenticated"),
        ("a method that is none", head("G(ET /livez HTTP/1.1", ""), "400"),
        ("a method that nobody knows", head("BREW /livez HTTP/1.1", ""), "405 method_not_allowed"),
        ("a path that is none", head("GET nowhere HTTP/1.1", ""), "404 not_found"),
        ("all of the server", head("OPTIONS * HTTP/1.1", ""), "404 not_found"),
        ("a proxy's call", head("GET http://elsewhere/livez HTTP/1.1", ""), "204"),
        ("a tunnel", head("CONNECT elsewhere:443 HTTP/1.1", ""), "404 not_found"),
        (
            "a body that its caller asks about first",
            head("POST /v1/refunds HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 9\r\n"),
            "401 unauthenticated",
        ),
        ("two lengths", head("POST /v1/refunds HTTP/1.1", "Content-Length: 1\r\nContent-Length: 2\r\n"), "400"),
        ("a length that is none", head("POST /v1/refunds HTTP/1.1", "Content-Length: -1\r\n"), "400"),
        ("an encoding that is none", head("POST /v1/refunds HTTP/1.1", "Transfer-Encoding: rot13\r\n"), "400"),
    ] {
        let answers = server.raw(&bytes);
        assert_eq!(outcome(&answers), expected, "{sent}: {answers}");
    }
    server.stop();
}

#[test]
fn what_is_old_or_odd_and_still_http_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let authorized = format!("Authorization: Bearer {}\r\n", server.platform);
    let chunked = |more: &str, chunks: &str| {
        let headers = format!("{authorized}{more}Transfer-Encoding: chunked\r\n");
        [head("POST /v1/refunds HTTP/1.1", &headers), chunks.as_bytes().to_vec()].concat()
    };
    let chunks = |chunks: &str| chunked("", chunks);
    for (sent, bytes, expected) in [
        ("HTTP/1.0", b"GET /livez HTTP/1.0\r\n\r\n".to_vec(), "204"),
        ("no host", b"GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), "204"),
        ("lines that end in LF alone", b"GET /livez HTTP/1.1\nConnection: close\n\n".to_vec(), "204"),
        (
            "a body where none belongs",
            [head("GET /livez HTTP/1.1", "Content-Length: 2\r\n"), b"{}".to_vec()].concat(),
            "204",
        ),
        ("chunks", chunks("2\r\n{}\r\n0\r\n\r\n"), "400 malformed_body"),
        (
            "chunks and a length, which does not count then",
            chunked("Content-Length: 1\r\n", "2\r\n{}\r\n0\r\n\r\n"),
            "400 malformed_body",
        ),
        ("chunks with trailers", chunks("2\r\n{}\r\n0\r\nX-More: 1\r\n\r\n"), "400 malformed_body"),
        ("a chunk of no length", chunks("zz\r\n"), "400 malformed_body"),
        ("a chunk longer than memory", chunks("ffffffffffffffffff\r\n"), "400 malformed_body"),
    ] {
        let answers = server.raw(&bytes);
        assert_eq!(outcome(&answers), expected, "{sent}: {answers}");
    }
    server.stop();
}

#[test]
fn calls_that_come_all_at_once_are_answered_in_order_up_to_what_is_no_call() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let live = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";
    let answers =
        server.raw(format!("{live}GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n{live}rubbish\r\n\r\n{live}").as_bytes());
    assert_eq!(outcome(&answers), "204 404 204 400 not_found", "{answers}");
    server.stop();
}

#[test]
fn a_media_type_that_is_not_json_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    for media_type in
        ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonp", "", "\u{ff}"]
    {
        let reply = server.send("POST", "/v1/refunds", &server.platform, &[("Content-Type", media_type)], b"{}");
        assert_eq!((reply.status, reply.body["code"].as_str()), (415, Some("unsupported_media_type")), "{media_type}");
    }
    for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let reply = server.send("POST", "/v1/refunds", &server.platform, &[("Content-Type", media_type)], b"{}");
        assert_eq!(reply.body["code"], "malformed_body", "{media_type}");
    }
    server.stop();
}

//! Something that listens where the desk looks for a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::{Desk, Said};

/// Something that answers each connection with the next of these, and with nothing where one is empty.
pub(crate) struct Elsewhere {
    url: String,
    thread: JoinHandle<Vec<String>>,
}

impl Elsewhere {
    pub(crate) fn answering(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let thread = std::thread::spawn(move || {
            let one = |answer: String| {
                let (mut stream, _) = listener.accept().unwrap();
                let head = heard(&stream);
                stream.write_all(answer.as_bytes()).unwrap();
                head
            };
            answers.into_iter().map(one).collect()
        });
        Self { url, thread }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn reached(self, desk: &Desk, arguments: &[&str]) -> Said {
        self.asked(desk, arguments).0
    }

    /// The head of each request, where this is what that variable names.
    pub(crate) fn asked_for(
        self,
        desk: &Desk,
        arguments: &[&str],
        environment: &[(&str, &str)],
        variable: &str,
    ) -> Vec<String> {
        let own = [("REFUND_KEY", "rfk_test"), (variable, &*self.url)];
        desk.run_with(arguments, &[environment, &own].concat(), "");
        // Whoever was not asked would wait for ever.
        let ended = TcpStream::connect(self.url.trim_start_matches("http://"));
        let _ = ended.and_then(|mut stream| stream.write_all(b"nobody asked\r\n\r\n"));
        self.thread.join().unwrap()
    }

    /// What the desk said, and the head of each of its requests.
    pub(crate) fn asked(self, desk: &Desk, arguments: &[&str]) -> (Said, Vec<String>) {
        let said = desk.run_with(arguments, &[("REFUND_URL", &self.url), ("REFUND_KEY", "rfk_test")], "");
        let heads = self.thread.join().unwrap();
        (Said { err: said.err.replace(&self.url, "http://elsewhere"), ..said }, heads)
    }
}

/// Reads one request to its end, and tells its head in small letters.
pub(crate) fn heard(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut head = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap();
        }
        head += &line.to_lowercase();
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    head
}

pub(crate) fn answer(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

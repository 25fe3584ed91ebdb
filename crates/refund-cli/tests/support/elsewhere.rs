//! Something that listens where the desk looks for a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::{Desk, Said};

/// Something that answers each connection with the next of these, and with nothing where one is empty.
pub struct Elsewhere {
    url: String,
    thread: JoinHandle<()>,
}

impl Elsewhere {
    pub fn answering(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let thread = std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                heard(&stream);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, thread }
    }

    pub fn reached(self, desk: &Desk, arguments: &[&str]) -> Said {
        let said = desk.run_with(arguments, &[("REFUND_URL", &self.url), ("REFUND_KEY", "rfk_test")], "");
        self.thread.join().unwrap();
        Said { err: said.err.replace(&self.url, "http://elsewhere"), ..said }
    }
}

/// Reads one request to its end.
pub fn heard(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

pub fn answer(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

//! Something that webhooks are sent to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

/// A receiver that answers what its path says, such as `/200`; its address. It is there until the test ends.
pub(crate) fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut lines = reader.by_ref().lines().map(Result::unwrap);
            let status = lines.next().unwrap().split(['/', ' ']).nth(2).unwrap().to_owned();
            let length = lines.take_while(|line| !line.is_empty());
            let length =
                length.filter_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            let length: usize = length.last().map_or(0, |length| length.parse().unwrap());
            reader.read_exact(&mut vec![0; length]).unwrap();
            let says = if status == "200" { "" } else { "Not today." };
            let length = says.len();
            let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{says}");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

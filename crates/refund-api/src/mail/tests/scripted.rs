//! A mail server that answers what a test says.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What it says to a line.
pub(super) enum Reply {
    Say(&'static str),
    /// A line without an end.
    SayOn,
    Close,
    Nothing,
}

/// What a test says of that many-th connection, from 1 on, and a line: `greeting`, a command, or `.` behind a mail.
pub(super) type Script = fn(usize, &str) -> Reply;

/// The server, and what it heard: each line with its connection, a mail as one.
pub(super) struct Scripted {
    pub(super) address: SocketAddr,
    pub(super) heard: UnboundedReceiver<(usize, String)>,
}

/// As a mail server answers that takes everything.
pub(super) fn well(line: &str) -> Reply {
    let word = line.split(' ').next().unwrap_or_default();
    Reply::Say(match word {
        "greeting" => "220 mail.example.com",
        "EHLO" => "250-mail.example.com\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
        "AUTH" => "235 welcome",
        "DATA" => "354 go on",
        "." => "250 2.0.0 queued as 7",
        "QUIT" => "221 bye",
        _ => "250 ok",
    })
}

impl Scripted {
    pub(super) async fn with(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, heard) = unbounded_channel();
        tokio::spawn(async move {
            for number in 1.. {
                let (stream, _) = listener.accept().await.unwrap();
                let sender = Arc::new(sender.clone());
                tokio::spawn(async move { talk(stream, number, script, &sender).await });
            }
        });
        Self { address, heard }
    }

    /// The next mail that it was sent, and by which connection.
    pub(super) async fn mail(&mut self) -> (usize, String) {
        loop {
            let (number, line) = self.heard.recv().await.unwrap();
            if line.contains("\nMessage-ID: ") {
                return (number, line);
            }
        }
    }

    /// What it has heard so far, by the first word of each line.
    pub(super) fn words(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while let Ok((_, line)) = self.heard.try_recv() {
            words.push(line.split([' ', '\n']).next().unwrap_or_default().to_owned());
        }
        words
    }
}

async fn talk(stream: TcpStream, number: usize, script: Script, heard: &UnboundedSender<(usize, String)>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut line, mut mail) = ("greeting".to_owned(), None::<String>);
    loop {
        if let Some(text) = mail.as_mut().filter(|_| line != ".") {
            text.push_str(&format!("{line}\n"));
        } else {
            heard.send((number, mail.take().unwrap_or_else(|| line.clone()))).unwrap_or_default();
            match script(number, &line) {
                Reply::Say(said) => {
                    mail = said.starts_with("354").then(String::new);
                    if write.write_all(format!("{said}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
                Reply::SayOn => while write.write_all(&[b'2'; 4096]).await.is_ok() {},
                Reply::Close => return,
                Reply::Nothing => {}
            }
        }
        let Ok(Some(next)) = lines.next_line().await else { return };
        line = next;
    }
}

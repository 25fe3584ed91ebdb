//! The feed as it grows: server-sent events, one at a time.

use std::io::{BufRead, BufReader};

use ureq::BodyReader;
use ureq::http::Request;

use super::answer::{Reply, not_connected};
use super::{Client, Query};
use crate::failure::Failure;

/// An open stream of events.
pub(crate) struct Stream {
    lines: BufReader<BodyReader<'static>>,
}

/// What was sent: an event's id and its JSON, or a place alone.
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) json: String,
}

impl Client {
    /// What is there behind that event, or from the start, and then each thing as it happens.
    pub(crate) fn stream(&self, path: &str, last: Option<&str>) -> Result<Stream, Failure> {
        let mut request = Request::get(self.address(path, &Query::new()));
        request = request.header("Authorization", &self.authorization).header("Accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let request = request.body(()).map_err(|error| Failure::Usage(error.to_string()))?;
        let response = self.run(request).map_err(|error| not_connected(&self.url, &error))?;
        let is_stream = |value: &ureq::http::HeaderValue| value.as_bytes().starts_with(b"text/event-stream");
        if !response.headers().get("content-type").is_some_and(is_stream) {
            Reply::read(&self.url, response)?.checked()?;
            let detail = "it answers, but not with a stream of events".to_owned();
            return Err(Failure::Foreign { url: self.url.clone(), detail });
        }
        Ok(Stream { lines: BufReader::new(response.into_body().into_reader()) })
    }
}

impl Iterator for Stream {
    type Item = std::io::Result<Sent>;

    /// The next event; none once the server has ended the stream.
    fn next(&mut self) -> Option<Self::Item> {
        let (mut id, mut json) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            match self.lines.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            let line = line.trim_end_matches(['\n', '\r']);
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => value.clone_into(&mut id),
                "data" => json.push_str(value),
                "" if line.is_empty() && !(id.is_empty() && json.is_empty()) => return Some(Ok(Sent { id, json })),
                // Heartbeats are comments, and the event's name is in its JSON too.
                _ => {}
            }
        }
    }
}

//! Reading JSON strictly, and saying where it is wrong.

use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use super::unusable::Unusable;

/// Reads a whole body. No body at all reads as `{}`, for calls in which nothing is needed.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unusable> {
    let body = if body.is_empty() { b"{}" } else { body };
    if let Err(error) = std::str::from_utf8(body) {
        let detail = format!("byte {} is not UTF-8", error.valid_up_to());
        return Err(Unusable::malformed("", detail));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| Unusable::malformed(pointer(error.path()), error.inner().to_string()))?;
    deserializer.end().map_err(|error| Unusable::malformed("", error.to_string()))?;
    Ok(value)
}

/// Reads a value that was read as JSON before, as strictly.
pub(crate) fn read_members<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Unusable> {
    serde_path_to_error::deserialize(Value::Object(members))
        .map_err(|error| Unusable::malformed(pointer(error.path()), error.inner().to_string()))
}

/// A JSON pointer (RFC 6901) to where it went wrong.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

/// A JSON object, and nothing else: by themselves, derived readers also take an array of the values.
#[derive(Debug, Clone)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfObject(PhantomData)).map(Self)
    }
}

struct OfObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfObject<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

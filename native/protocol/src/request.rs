//! Requests: one JSON object per line on stdin.

use crate::{Failure, decode_base64};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a launched program or a guest reads from its stdin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stdin {
    /// end-of-file at once
    Empty,
    /// nothing, until `release` gives end-of-file
    Hold,
    /// these bytes, then end-of-file
    Bytes { base64: String },
}

impl Stdin {
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Hold)
    }

    /// The input itself; nothing unless the kind is `bytes`. Fails with `bad-request`.
    pub fn bytes(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Bytes { base64 } => decode_base64(base64),
            Self::Empty | Self::Hold => Ok(Vec::new()),
        }
    }
}

/// Bytes to a held stdin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Write {
    pub id: u64,
    /// the request that started the program
    pub of: u64,
    pub bytes_base64: String,
    /// answered once so many bytes of stdout have come since the write
    pub reply_bytes: u64,
}

impl Write {
    /// Fails with `bad-request`.
    pub fn bytes(&self) -> Result<Vec<u8>, Failure> {
        decode_base64(&self.bytes_base64)
    }
}

/// Reads a request, or says what is wrong with it under the id it carries, if it carries one.
pub fn parse<R: DeserializeOwned>(line: &str) -> Result<R, (Option<u64>, Failure)> {
    let value: Value = serde_json::from_str(line)
        .map_err(|error| (None, Failure::bad_request(format!("not a JSON object: {error}"))))?;
    let id = value.get("id").and_then(Value::as_u64);
    serde_json::from_value(value).map_err(|error| (id, Failure::bad_request(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
    enum Request {
        Stop { id: u64, of: u64 },
        Feed { id: u64, stdin: Stdin },
    }

    fn failure(line: &str) -> (Option<u64>, Failure) {
        parse::<Request>(line).unwrap_err()
    }

    #[test]
    fn a_request_is_read() {
        assert_eq!(parse(r#"{"id":1,"op":"stop","of":2}"#), Ok(Request::Stop { id: 1, of: 2 }));
    }

    #[test]
    fn a_line_that_is_no_json_has_no_id() {
        let (id, failure) = failure("{");
        assert_eq!((id, failure.code), (None, "bad-request"));
    }

    #[test]
    fn unknown_operations_and_fields_and_wrong_types_are_refused_under_their_id() {
        for line in [
            r#"{"id":4,"op":"dance"}"#,
            r#"{"id":4,"op":"stop","of":1,"hard":true}"#,
            r#"{"id":4,"op":"stop","of":-1}"#,
            r#"{"id":4,"op":"stop"}"#,
            r#"{"id":4}"#,
            r#"{"id":4,"op":"feed","stdin":{"kind":"file"}}"#,
        ] {
            let (id, failure) = failure(line);
            assert_eq!((id, failure.code), (Some(4), "bad-request"), "{line}");
        }
    }

    #[test]
    fn input_bytes_are_decoded() {
        let request: Request =
            parse(r#"{"id":1,"op":"feed","stdin":{"kind":"bytes","base64":"aGk="}}"#).unwrap();
        let Request::Feed { stdin, .. } = request else { panic!("not the request that was sent") };
        assert_eq!(stdin.bytes(), Ok(b"hi".to_vec()));
        assert_eq!(Stdin::Hold.bytes(), Ok(Vec::new()));
    }
}

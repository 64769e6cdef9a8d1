//! Bytes inside JSON.

use crate::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Standard alphabet, with padding. Fails with `bad-request`.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(text).map_err(|error| Failure::bad_request(format!("not base64: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_vectors_of_rfc_4648() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(encode_base64(bytes.as_bytes()), text);
            assert_eq!(decode_base64(text), Ok(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn refuses_text_that_is_not_base64() {
        assert_eq!(decode_base64("Zg").unwrap_err().code, "bad-request");
        assert_eq!(decode_base64("Zm9v\n").unwrap_err().code, "bad-request");
    }
}

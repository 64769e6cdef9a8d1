//! A program's output, kept within bounds.

/// The first `limit` bytes, and the count of all of them.
#[derive(Debug, Default)]
pub struct Head {
    bytes: Vec<u8>,
    total: u64,
    limit: usize,
}

impl Head {
    pub fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), total: 0, limit }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        let room = self.limit - self.bytes.len();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.total += bytes.len() as u64;
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All bytes that came, kept or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn is_truncated(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}

/// The last `limit` bytes.
#[derive(Debug, Default)]
pub struct Tail {
    bytes: Vec<u8>,
    limit: usize,
}

impl Tail {
    pub fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(self.limit)..]);
        let surplus = self.bytes.len().saturating_sub(self.limit);
        self.bytes.drain(..surplus);
    }

    /// As text; bytes that are not UTF-8 (a character cut in two, say) become U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_keeps_the_beginning_and_counts_everything() {
        let mut head = Head::new(5);
        head.push(b"abc");
        assert!(!head.is_truncated());
        head.push(b"defg");
        head.push(b"h");
        assert_eq!((head.bytes(), head.total(), head.is_truncated()), (&b"abcde"[..], 8, true));
    }

    #[test]
    fn a_head_that_is_exactly_full_is_not_truncated() {
        let mut head = Head::new(3);
        head.push(b"abc");
        assert!(!head.is_truncated());
    }

    #[test]
    fn a_tail_keeps_the_end_across_small_and_large_pieces() {
        let mut tail = Tail::new(4);
        tail.push(b"ab");
        tail.push(b"cde");
        assert_eq!(tail.text(), "bcde");
        tail.push(b"0123456789");
        assert_eq!(tail.text(), "6789");
    }

    #[test]
    fn a_tail_survives_bytes_that_are_not_text() {
        let mut tail = Tail::new(8);
        tail.push(&[b'a', 0xff]);
        assert_eq!(tail.text(), "a\u{fffd}");
    }
}

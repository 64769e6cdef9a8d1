//! Lines out of a byte stream.

/// Collects bytes as they come and gives back whole lines.
#[derive(Debug, Default)]
pub struct Lines {
    pending: Vec<u8>,
    /// how far `pending` is known to hold no line end, so that a long line is not searched again with every piece
    searched: usize,
}

impl Lines {
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// The next whole line without its end; blank lines are skipped. Bytes that are not UTF-8 become U+FFFD, so that
    /// the line is refused as JSON or as an unknown name, not lost.
    pub fn next_line(&mut self) -> Option<String> {
        loop {
            let Some(offset) = self.pending[self.searched..].iter().position(|&byte| byte == b'\n') else {
                self.searched = self.pending.len();
                return None;
            };
            let line: Vec<u8> = self.pending.drain(..=self.searched + offset).collect();
            self.searched = 0;
            let text = String::from_utf8_lossy(&line);
            if !text.trim().is_empty() {
                return Some(text.trim().to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_come_in_pieces_and_several_at_once() {
        let mut lines = Lines::default();
        lines.push(b"{\"a\"");
        assert_eq!(lines.next_line(), None);
        lines.push(b":1}\n{\"b\":2}\n{");
        assert_eq!(lines.next_line().as_deref(), Some("{\"a\":1}"));
        assert_eq!(lines.next_line().as_deref(), Some("{\"b\":2}"));
        assert_eq!(lines.next_line(), None);
        lines.push(b"}\r\n");
        assert_eq!(lines.next_line().as_deref(), Some("{}"));
    }

    #[test]
    fn blank_lines_are_skipped() {
        let mut lines = Lines::default();
        lines.push(b"\n  \n\r\nx\n");
        assert_eq!(lines.next_line().as_deref(), Some("x"));
        assert_eq!(lines.next_line(), None);
    }

    #[test]
    fn bytes_that_are_not_text_stay_a_line() {
        let mut lines = Lines::default();
        lines.push(&[b'"', 0xff, b'"', b'\n']);
        assert_eq!(lines.next_line().as_deref(), Some("\"\u{fffd}\""));
    }
}

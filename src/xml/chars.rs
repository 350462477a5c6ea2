//! Character classes of XML 1.0 (fifth edition) and of Namespaces in XML 1.0.

/// `Char`, XML 1.0 §2.2.
pub(super) fn is_char(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        _ => c >= ' ',
    }
}

/// `S`, XML 1.0 §2.3.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether the text is white space throughout, or empty.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// What each byte may be part of: the question whether something is in a text is answered by one look at each byte.
static BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = match b {
            b'\r' => Holds::LINE_END | Holds::CR,
            b'\n' => Holds::LINE_END,
            b'\t' => 0,
            // U+FFFE and U+FFFF begin with the byte EF; all other forbidden characters are single bytes below 20.
            0..0x20 => Holds::SUSPICIOUS,
            0xEF => Holds::WIDE | Holds::SUSPICIOUS,
            0x80.. => Holds::WIDE,
            b']' => Holds::BRACKET,
            b'A'..=b'Z' | b'_' | b'a'..=b'z' => NAME | NAME_START,
            b'0'..=b'9' | b'-' | b'.' => NAME,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Bits of [`BYTES`]: the ASCII part of `NameChar` and of `NameStartChar`, without the colon.
const NAME: u8 = 1 << 6;
const NAME_START: u8 = 1 << 7;

fn bits(byte: u8) -> u8 {
    BYTES[usize::from(byte)]
}

/// What a text holds, of what costs something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holds(u8);

/// What counting lines and characters takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lines {
    /// No line end, and as many characters as bytes.
    None,
    /// Line feeds, and as many characters as bytes.
    Narrow,
    /// A look at each byte.
    Any,
}

impl Holds {
    const LINE_END: u8 = 1;
    const CR: u8 = 1 << 1;
    const WIDE: u8 = 1 << 2;
    const SUSPICIOUS: u8 = 1 << 3;
    const BRACKET: u8 = 1 << 4;

    pub(super) fn of(text: &str) -> Self {
        Holds(text.bytes().fold(0, |seen, byte| seen | bits(byte)))
    }

    /// No line end, and as many characters as bytes.
    pub(super) fn plain(self) -> bool {
        matches!(self.lines(), Lines::None)
    }

    /// What counting its lines and characters takes.
    pub(super) fn lines(self) -> Lines {
        match self.0 & (Self::LINE_END | Self::WIDE | Self::CR) {
            0 => Lines::None,
            Self::LINE_END => Lines::Narrow,
            _ => Lines::Any,
        }
    }

    pub(super) fn cr(self) -> bool {
        self.0 & Self::CR != 0
    }

    /// Perhaps something that XML 1.0 cannot hold.
    pub(super) fn suspicious(self) -> bool {
        self.0 & Self::SUSPICIOUS != 0
    }

    /// A `]`.
    pub(super) fn bracket(self) -> bool {
        self.0 & Self::BRACKET != 0
    }
}

/// The first character that XML 1.0 cannot hold, with its byte offset.
pub(super) fn first_forbidden(text: &str) -> Option<(usize, char)> {
    if !Holds::of(text).suspicious() {
        return None;
    }
    text.char_indices().find(|&(_, c)| !is_char(c))
}

/// `NameStartChar` without the colon, XML 1.0 §2.3.
fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` without the colon, XML 1.0 §2.3.
pub(super) fn is_name_char(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_')
        || (!c.is_ascii()
            && (is_name_start(c) || matches!(c, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')))
}

/// Whether the text is an `NCName` (Namespaces in XML 1.0 §3).
pub fn is_ncname(text: &str) -> bool {
    let all = text.bytes().fold(NAME, |all, byte| all & bits(byte));
    if let Some(&first) = text.as_bytes().first()
        && all != 0
    {
        return bits(first) & NAME_START != 0;
    }
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

/// Splits a `QName` into prefix (empty without one) and local part; `None` if it is not a `QName`.
pub(super) fn split_qname(text: &str) -> Option<(&str, &str)> {
    let (prefix, local) = match text.bytes().position(|byte| byte == b':') {
        Some(colon) if is_ncname(&text[..colon]) => (&text[..colon], &text[colon + 1..]),
        Some(_) => return None,
        None => ("", text),
    };
    is_ncname(local).then_some((prefix, local))
}

/// Appends text with line ends normalised (XML 1.0 §2.11): CR LF and CR become LF.
pub(super) fn push_normalised(out: &mut String, text: &str) {
    if !text.as_bytes().contains(&b'\r') {
        return out.push_str(text);
    }
    let mut lines = text.split('\r');
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        out.push('\n');
        out.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "_", "IODEF-Document", "x.1", "é", "名前", "a\u{B7}"] {
            assert!(is_ncname(good), "{good}");
        }
        for bad in ["", "1a", "-a", ".a", "a b", "a:b", "\u{B7}a", "a\u{D7}", "\u{37E}", "a/"] {
            assert!(!is_ncname(bad), "{bad}");
        }
        assert_eq!(split_qname("p:l"), Some(("p", "l")));
        assert_eq!(split_qname("l"), Some(("", "l")));
        for bad in [":l", "p:", "p:l:m", ":", "p:1"] {
            assert_eq!(split_qname(bad), None, "{bad}");
        }
    }

    #[test]
    fn characters() {
        assert_eq!(first_forbidden("a\t\r\nü\u{7f}\u{85}\u{FFFD}\u{FEFF}\u{10FFFF}"), None);
        assert_eq!(first_forbidden("aü\u{0}"), Some((3, '\0')));
        assert_eq!(first_forbidden("\u{FFFD}\u{FFFE}"), Some((3, '\u{FFFE}')));
        assert_eq!(first_forbidden("\u{1b}"), Some((0, '\u{1b}')));
    }

    #[test]
    fn line_ends() {
        let mut out = String::new();
        push_normalised(&mut out, "a\r\nb\rc\r\r\nd\n\r");
        assert_eq!(out, "a\nb\nc\n\nd\n\n");
    }
}

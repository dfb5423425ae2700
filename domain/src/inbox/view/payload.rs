//! What was posted, as people may read it: keys and values as they were written, in their order and also twice. The bytes are
//! anybody's: what is no JSON, or nested too deep, is shown as the text that it is.

use std::iter::Peekable;
use std::str::Chars;

use crate::inbox::envelope;

/// Characters and values of a payload that a page shows; the bytes have the rest.
const MOST_LETTERS: usize = 200_000;
const MOST_NODES: usize = 5_000;

/// What is shown of the bytes, and whether that is not all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    Tree { root: Node, cut: bool },
    Text { text: String, cut: bool },
}

/// A value, and the key or place that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub key: Option<String>,
    pub shown: Shown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Text(String),
    /// A number as it was written, true, false or null.
    Plain(String),
    /// "3 keys" and what is in it.
    Branch {
        words: String,
        nodes: Vec<Node>,
    },
}

impl Payload {
    pub fn of(bytes: &[u8]) -> Payload {
        match envelope::read(bytes) {
            Ok(json) => {
                let mut reader = Reader { rest: json.get().chars().peekable(), letters: 0, nodes: 0, cut: false };
                let root = Node { key: None, shown: reader.value() };
                Payload::Tree { root, cut: reader.cut }
            }
            Err(_) => {
                let text = String::from_utf8_lossy(bytes);
                let cut = text.char_indices().nth(MOST_LETTERS).map(|(at, _)| at);
                let shown = &text[..cut.unwrap_or(text.len())];
                Payload::Text { text: shown.chars().map(readable).collect(), cut: cut.is_some() }
            }
        }
    }
}

/// Control characters say nothing to people, and some are no text of HTML.
fn readable(letter: char) -> char {
    if letter.is_control() && !matches!(letter, '\n' | '\t' | '\r') { '\u{fffd}' } else { letter }
}

/// Reads JSON that is known to be well formed and of a bearable depth.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    letters: usize,
    nodes: usize,
    cut: bool,
}

impl Reader<'_> {
    fn value(&mut self) -> Shown {
        self.space();
        match self.rest.peek() {
            Some('{') => self.branch('}', |reader, _| {
                let key = reader.text();
                reader.space();
                // The colon.
                reader.rest.next();
                key
            }),
            Some('[') => self.branch(']', |_, at| at.to_string()),
            Some('"') => Shown::Text(self.text()),
            _ => Shown::Plain(self.plain()),
        }
    }

    fn branch(&mut self, end: char, key: fn(&mut Self, usize) -> String) -> Shown {
        self.rest.next();
        let (mut nodes, mut count) = (Vec::new(), 0_usize);
        loop {
            self.space();
            match self.rest.peek() {
                None => break,
                Some(letter) if *letter == end => {
                    self.rest.next();
                    break;
                }
                Some(',') => {
                    self.rest.next();
                }
                Some(_) => {
                    self.nodes += 1;
                    let full = self.nodes > MOST_NODES || self.letters > MOST_LETTERS;
                    self.cut |= full;
                    let node = Node { key: Some(key(self, count)), shown: self.value() };
                    count += 1;
                    if !full {
                        nodes.push(node);
                    }
                }
            }
        }
        let what = match (end, count) {
            ('}', 1) => "key",
            ('}', _) => "keys",
            (_, 1) => "item",
            _ => "items",
        };
        Shown::Branch { words: format!("{count} {what}"), nodes }
    }

    /// A text without its quotes; what is no Unicode in it becomes U+FFFD.
    fn text(&mut self) -> String {
        self.rest.next();
        let mut text = String::new();
        while let Some(letter) = self.rest.next() {
            let letter = match letter {
                '"' => break,
                '\\' => self.escaped(),
                letter => letter,
            };
            self.letters += 1;
            if self.letters <= MOST_LETTERS {
                text.push(readable(letter));
            } else {
                self.cut = true;
            }
        }
        text
    }

    fn escaped(&mut self) -> char {
        match self.rest.next() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b' | 'f') => '\u{fffd}',
            Some('u') => {
                let unit = self.unit();
                if !(0xd800..0xdc00).contains(&unit) {
                    return char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                }
                // The first half of a pair; what follows is looked at before it is taken.
                let mut ahead = self.rest.clone();
                let low = (ahead.next() == Some('\\') && ahead.next() == Some('u'))
                    .then(|| u32::from_str_radix(&ahead.take(4).collect::<String>(), 16).unwrap_or_default());
                match low {
                    Some(low @ 0xdc00..0xe000) => {
                        self.rest.nth(5);
                        let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    _ => char::REPLACEMENT_CHARACTER,
                }
            }
            other => other.unwrap_or(char::REPLACEMENT_CHARACTER),
        }
    }

    /// The four digits behind \u.
    fn unit(&mut self) -> u32 {
        let digits: String = self.rest.by_ref().take(4).collect();
        u32::from_str_radix(&digits, 16).unwrap_or(0xfffd)
    }

    fn plain(&mut self) -> String {
        let mut plain = String::new();
        while let Some(letter) =
            self.rest.next_if(|letter| !matches!(letter, ',' | '}' | ']') && !letter.is_whitespace())
        {
            self.letters += 1;
            if self.letters <= MOST_LETTERS {
                plain.push(letter);
            } else {
                self.cut = true;
            }
        }
        plain
    }

    fn space(&mut self) {
        while self.rest.next_if(|letter| letter.is_ascii_whitespace()).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree in one line, as it would be read out.
    fn told(node: &Node) -> String {
        let key = node.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        let value = match &node.shown {
            Shown::Text(text) => format!("“{text}”"),
            Shown::Plain(text) => text.clone(),
            Shown::Branch { words, nodes } => {
                format!("{words} ({})", nodes.iter().map(told).collect::<Vec<_>>().join(", "))
            }
        };
        key + &value
    }

    fn tree(body: &str) -> String {
        match Payload::of(body.as_bytes()) {
            Payload::Tree { root, cut: false } => told(&root),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_keep_their_order_and_are_shown_twice_and_numbers_stand_as_they_were_written() {
        assert_eq!(
            tree(r#" { "b" : 1e400, "a":[ true , {} ,[] ], "b":90071992547409931234567890.10 } "#),
            "3 keys (b: 1e400, a: 3 items (0: true, 1: 0 keys (), 2: 0 items ()), b: 90071992547409931234567890.10)"
        );
        assert_eq!(tree("null"), "null");
    }

    #[test]
    fn what_is_no_unicode_becomes_a_mark_and_pairs_become_letters() {
        let hostile = r#"{"\ud800k\"": "\u0000 \ud83d\ude00 \udfff \ud800\u0041 \u00e9 \/ \n"}"#;
        assert_eq!(tree(hostile), "1 key (\u{fffd}k\": “\u{fffd} 😀 \u{fffd} \u{fffd}A é / \n”)");
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_shown_as_text() {
        assert_eq!(
            Payload::of(b"<b>\xff\0\x1b"),
            Payload::Text { text: "<b>\u{fffd}\u{fffd}\u{fffd}".into(), cut: false }
        );
        let deep = "[".repeat(70) + &"]".repeat(70);
        assert_eq!(Payload::of(deep.as_bytes()), Payload::Text { text: deep, cut: false });
        assert_eq!(Payload::of(b""), Payload::Text { text: String::new(), cut: false });
    }

    #[test]
    fn of_a_great_body_a_part_is_shown_and_the_counts_are_those_of_all() {
        let list = format!("[{}]", vec!["1"; MOST_NODES * 2].join(","));
        let Payload::Tree { root: Node { shown: Shown::Branch { words, nodes }, .. }, cut } =
            Payload::of(list.as_bytes())
        else {
            panic!("no list");
        };
        assert_eq!((words.as_str(), nodes.len(), cut), ("10000 items", MOST_NODES, true));
        let long = format!("\"{}\"", "é".repeat(MOST_LETTERS + 5));
        let Payload::Tree { root: Node { shown: Shown::Text(text), .. }, cut: true } = Payload::of(long.as_bytes())
        else {
            panic!("no text");
        };
        assert_eq!(text.chars().count(), MOST_LETTERS);
        assert!(
            matches!(Payload::of(&[b'x'; MOST_LETTERS + 1]), Payload::Text { text, cut: true } if text.len() == MOST_LETTERS)
        );
    }
}

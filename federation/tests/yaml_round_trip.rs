//! Whatever is written is read back unchanged.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use federation::limits::MAX_DEPTH;
use federation::yaml::{parse, to_sequence_items, to_string};
use serde_json::{Map, Value, json};

const NASTY: [&str; 78] = [
    "",
    " ",
    "  a",
    "a ",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "a\n\n\n",
    "\na",
    " a\nb",
    "a\n b\n",
    "a \nb",
    "a\n\nb",
    "a\n \nb",
    "a\nb",
    "a\r",
    "a\r\nb",
    "\r",
    "\t",
    "a\tb",
    "\ta",
    "a\n\tb",
    "no",
    "No",
    "yes",
    "y",
    "N",
    "on",
    "OFF",
    "true",
    "False",
    "null",
    "NULL",
    "~",
    "nan",
    ".nan",
    ".inf",
    "inf",
    "1",
    "-1",
    "+1",
    "014",
    "0o14",
    "0x1F",
    "1e3",
    "1.5",
    ".5",
    "1_000",
    "12:30",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "=",
    "<<",
    "-",
    "- a",
    "a - b",
    "? a",
    "?",
    ": ",
    ":",
    "a:",
    "a: b",
    "a:b",
    "# x",
    "a # x",
    "a#x",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a`",
    "'a'",
    "\"a\"",
    "[a]",
    "{a}",
    "---",
];

const MORE: [&str; 22] = [
    "...",
    "--- a",
    "|",
    ">",
    "|\n a",
    "\\",
    "\\n",
    "a, b",
    "\0",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "a\u{2028}b",
    "\u{feff}",
    "a\u{feff}",
    "\u{202e}abc",
    "é",
    "日本語",
    "😀",
    "\u{fffe}",
    "\u{a0}",
    "a\u{a0}",
];

/// A small generator with a seed: a failure names the seed, and the seed gives the same value again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn pick<'a>(&mut self) -> &'a str {
        let all = NASTY.len() + MORE.len();
        let index = self.below(all as u64) as usize;
        NASTY.get(index).or_else(|| MORE.get(index - NASTY.len())).unwrap()
    }

    fn string(&mut self) -> String {
        match self.below(4) {
            0 => self.pick().to_owned(),
            1 => (0..self.below(4))
                .map(|_| self.pick())
                .collect::<Vec<_>>()
                .join(["", " ", "\n", ":"][self.below(4) as usize]),
            2 => (0..self.below(30)).filter_map(|_| char::from_u32(self.below(0x300) as u32)).collect(),
            _ => (0..self.below(12)).filter_map(|_| char::from_u32(self.below(0x0011_0000) as u32)).collect(),
        }
    }

    fn number(&mut self) -> Value {
        let bits = self.below(u64::MAX);
        match self.below(4) {
            0 => json!(bits),
            1 => json!(bits.cast_signed()),
            2 => json!(self.below(100)),
            _ => Some(f64::from_bits(bits)).filter(|float| float.is_finite()).map_or(json!(0.1), |float| json!(float)),
        }
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.below(if depth == 0 { 6 } else { 9 }) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 => self.number(),
            3..=5 => Value::String(self.string()),
            6 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => Value::Object((0..self.below(4)).map(|_| (self.string(), self.value(depth - 1))).collect()),
        }
    }
}

#[track_caller]
fn round_trips(value: &Value, context: &str) {
    let text = to_string(value).unwrap();
    let back = parse(&text).unwrap_or_else(|error| panic!("{context}: {error}\n{text}"));
    // As text, so that the order of keys counts.
    assert_eq!(back.to_string(), value.to_string(), "{context}:\n{text}");
    assert_eq!(to_string(&back).unwrap(), text, "{context}");
}

#[test]
fn nasty_strings_in_every_position() {
    for text in NASTY.iter().chain(&MORE).copied() {
        round_trips(&json!(text), text);
        round_trips(&json!({text: text}), text);
        round_trips(&json!([text, [text], {text: [text]}]), text);
        round_trips(&json!({"a": {"b": [{"c": text}, {text: {text: [[text]]}}]}}), text);
    }
}

#[test]
fn long_strings_stay_on_their_line() {
    let words = "many words ".repeat(2000);
    let words = words.trim();
    assert_eq!(to_string(&json!({"a": words})).unwrap(), format!("a: {words}\n"));
    for length in [100, 127, 128, 129, 500, 1023, 1024, 1025, 5000] {
        for key in ["k".repeat(length), "é".repeat(length), "\u{1}".repeat(length)] {
            round_trips(&json!({key.as_str(): {key.as_str(): [key]}}), "long key");
        }
    }
}

#[test]
fn generated_documents() {
    for seed in 0..3000 {
        let value = Random(seed).value(5);
        round_trips(&value, &format!("seed {seed}"));
    }
}

#[test]
fn fragments_join_into_the_list() {
    for seed in 0..500 {
        let mut random = Random(seed);
        let (first, second): (Vec<Value>, Vec<Value>) = (
            (0..random.below(4)).map(|_| random.value(3)).collect(),
            (0..=random.below(4)).map(|_| random.value(3)).collect(),
        );
        let whole = [first.as_slice(), second.as_slice()].concat();
        let joined = to_sequence_items(&first).unwrap() + &to_sequence_items(&second).unwrap();
        assert_eq!(joined, to_sequence_items(&whole).unwrap(), "seed {seed}");
        let document = parse(&format!("version: 1\ncapabilities:\n{joined}")).unwrap();
        assert_eq!(document["capabilities"], Value::Array(whole.clone()), "seed {seed}:\n{joined}");
        assert_eq!(
            to_string(&json!({"capabilities": whole})).unwrap(),
            format!("capabilities:\n{joined}"),
            "seed {seed}"
        );
    }
    assert_eq!(to_sequence_items(&[]).unwrap(), "");
}

#[test]
fn reads_like_yaml_that_people_write() {
    let value = json!([{
        "id": "capability.state.publish",
        "name": "Publish state",
        "summary": "Publishes: a change",
        "url": "https://example.org/a#b",
        "about": "First line.\nSecond line: more.\n\n  - indented\n",
        "tags": ["state", "no", "3d"],
        "limits": {"rate": 1.5, "burst": 10, "huge": 1e300, "none": null, "on": true},
        "empty": [{}, [], ""],
        "matrix": [[1, 2], [{"a": 1, "b": 2}]],
    }]);
    let expected = "\
- id: capability.state.publish
  name: Publish state
  summary: \"Publishes: a change\"
  url: https://example.org/a#b
  about: |
    First line.
    Second line: more.

      - indented
  tags:
  - state
  - \"no\"
  - \"3d\"
  limits:
    rate: 1.5
    burst: 10
    huge: 1.0e+300
    none: null
    \"on\": true
  empty:
  - {}
  - []
  - \"\"
  matrix:
  - - 1
    - 2
  - - a: 1
      b: 2
";
    assert_eq!(to_sequence_items(value.as_array().unwrap()).unwrap(), expected);
}

#[test]
fn what_is_too_deep_to_read_is_not_written() {
    let nested = |depth: usize| {
        (0..depth).fold(json!(1), |inner, n| if n % 2 == 0 { json!([inner]) } else { json!({"a": inner}) })
    };
    round_trips(&nested(MAX_DEPTH), "deepest");
    assert_eq!(to_string(&nested(MAX_DEPTH + 1)).unwrap_err().code, "too-deep");
    let items = Value::Array(vec![nested(MAX_DEPTH - 1)]);
    assert!(to_sequence_items(items.as_array().unwrap()).is_ok());
    assert_eq!(to_sequence_items(&[nested(MAX_DEPTH)]).unwrap_err().code, "too-deep");
    assert_eq!(to_string(&json!({"a": Map::new()})).unwrap(), "a: {}\n");
}

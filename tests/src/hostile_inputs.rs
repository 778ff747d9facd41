//! Small inputs that are expensive to process, each of a different kind, with the hub's expected verdict.

/// A hostile index and its expected verdict.
pub struct Hostile {
    /// Name of the input.
    pub name: &'static str,
    /// The index.
    pub text: String,
    /// The reason for the refusal; `None` if the index is valid.
    pub code: Option<&'static str>,
}

const CONTROL: &str = "\"\\u001b\"";

/// An index of one capability with an additional field of value `x` (YAML flow style).
fn one(x: &str) -> String {
    format!("{{\"version\":1,\"capabilities\":[{{\"id\":\"a.b\",\"name\":\"n\",\"x\":{x}}}]}}")
}

/// `inner`, nested under `depth` keys of 64 KiB.
fn below_long_keys(inner: &str, depth: usize) -> String {
    format!("{}{inner}{}", format!("{{? \"{}\" : ", "k".repeat(65_536)).repeat(depth), "}".repeat(depth))
}

fn list(item: &str, count: usize) -> String {
    format!("[{}]", vec![item; count].join(","))
}

fn nested(count: usize) -> String {
    one(&format!("{}{}{}", "[".repeat(57), list("0", count), "]".repeat(57)))
}

fn capabilities(count: usize, fields: impl Fn(usize) -> String) -> String {
    let entries: Vec<String> = (0..count).map(|n| format!("{{\"id\":\"capability.c{n:05}\",{}}}", fields(n))).collect();
    format!("{{\"version\":1,\"capabilities\":[{}]}}", entries.join(","))
}

/// The card of an agent with this many skills, each with a text that makes it some 600 bytes long.
fn agent_card(count: usize) -> String {
    let text = "t".repeat(500);
    let skill = |n| format!("{{\"id\":\"s{n}\",\"name\":\"n\",\"description\":\"{text}\",\"tags\":[\"a\",\"b\"]}}");
    let skills: Vec<String> = (0..count).map(skill).collect();
    let agent = "\"name\":\"x\",\"protocolVersion\":\"0.3\",\"url\":\"https://h/\",\"capabilities\":{}";
    format!("{{{agent},\"skills\":[{}]}}", skills.join(","))
}

/// A catalogue of this many entities.
fn catalogue(count: usize) -> String {
    let entity =
        |n| format!("apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {{name: n{n}}}\nspec: {{owner: o}}\n");
    (0..count).map(entity).collect::<Vec<_>>().join("---\n")
}

/// A word of this many letters and digits.
fn word(mut number: usize, length: usize) -> String {
    let digit = |it: &mut usize| {
        let digit = char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[*it % 36]);
        *it /= 36;
        digit
    };
    (0..length).map(|_| digit(&mut number)).collect()
}

/// `count` words of this many letters, beginning with word `from`.
fn words(from: usize, count: usize, length: usize, between: &str) -> String {
    (from..from + count).map(|n| word(n, length)).collect::<Vec<_>>().join(between)
}

/// This many entries, each replaced by the next one and with a summary of 2,000 words that no other entry has.
fn deprecated(count: usize) -> String {
    capabilities(count, |n| {
        let (next, summary) = (n + 1, words(n * 2_000, 2_000, 4, " "));
        format!(
            "\"name\":\"n\",\"status\":\"deprecated\",\"replaced_by\":\"capability.c{next:05}\",\"summary\":\"{summary}\""
        )
    })
}

/// Valid indexes of up to 16 MiB that are expensive to index for the search.
pub fn to_index() -> Vec<Hostile> {
    [
        ("entries that replace each other", deprecated(400), None),
        (
            "the same words in every entry",
            capabilities(2_000, |_| format!("\"name\":\"n\",\"summary\":\"{}\"", words(0, 2_000, 3, " "))),
            None,
        ),
        (
            "more words than are indexed",
            capabilities(20_000, |n| format!("\"name\":\"n\",\"summary\":\"{}\"", words(n, 250, 2, "-"))),
            None,
        ),
        ("names that grow", capabilities(2_000, |n| format!("\"name\":\"{n}{}\"", "\u{fdfa}".repeat(490))), None),
    ]
    .into_iter()
    .map(|(name, text, code)| Hostile { name, text, code })
    .collect()
}

/// All inputs that are expensive to validate.
pub fn all() -> Vec<Hostile> {
    let all = formats().into_iter().chain(findings()).chain(sizes());
    all.map(|(name, text, code)| Hostile { name, text, code }).collect()
}

type Case = (&'static str, String, Option<&'static str>);

/// Files of other formats.
fn formats() -> Vec<Case> {
    let long = "y".repeat(60_000);
    vec![
        ("the largest card", agent_card(20_000), None),
        (
            "a card with tags only",
            agent_card(1).replace("\"a\",", &"\"a\",".repeat(1_200_000)),
            Some("capability-too-large"),
        ),
        (
            "a long text that all skills of a card share",
            agent_card(9000)
                .replace("\"name\":\"x\"", &format!("\"name\":\"x\",\"provider\":{{\"organization\":\"{long}\"}}")),
            Some("schema-too-long"),
        ),
        ("the largest catalogue", catalogue(20_000), None),
        ("a catalogue without an end", catalogue(70_000), Some("too-many-capabilities")),
    ]
}

/// Indexes with expensive findings.
fn findings() -> Vec<Case> {
    let control = Some("control-character");
    let with_findings = |count| format!("[{CONTROL}{}]", ",0".repeat(count));
    let long = "y".repeat(60_000);
    vec![
        ("findings below long keys", one(&below_long_keys(&list(CONTROL, 120), 6)), control),
        ("findings below more long keys", one(&below_long_keys(&list(CONTROL, 120), 12)), control),
        ("a finding before many values", one(&below_long_keys(&with_findings(300_000), 1)), control),
        ("a finding before many values, deep", one(&below_long_keys(&with_findings(1_000_000), 50)), control),
        (
            "one line with many findings",
            capabilities(270, |_| format!("\"name\":\"n\",\"x\":\"\\u001b{long}\"")),
            control,
        ),
        ("a million findings", one(&list(CONTROL, 1_200_000)), control),
        (
            "a million wrong tags",
            capabilities(1, |_| format!("\"name\":\"n\",\"tags\":{}", list("1", 1_200_000))),
            Some("schema-type"),
        ),
        (
            "a large capability without a name",
            capabilities(1, |_| format!("\"x\":{}", list("0", 1_200_000))),
            Some("schema-one-of"),
        ),
        (
            "a large version",
            format!("{{\"version\":{},\"capabilities\":[]}}", list("0", 1_200_000)),
            Some("schema-const"),
        ),
        ("many entries without a name", capabilities(20_000, |_| "\"x\":1".to_owned()), Some("schema-one-of")),
    ]
}

/// Indexes that are large, or become so when they are rendered.
fn sizes() -> Vec<Case> {
    let long = "y".repeat(60_000);
    vec![
        ("nested lists", nested(600_000), Some("capability-too-large")),
        ("more nested lists", nested(1_200_000), Some("capability-too-large")),
        (
            "large capabilities",
            capabilities(5, |_| {
                let fields: Vec<String> = (0..45).map(|field| format!("\"x{field}\":\"{long}\"")).collect();
                format!("\"name\":\"n\",{}", fields.join(","))
            }),
            Some("capability-too-large"),
        ),
        (
            "many lists, each nested",
            capabilities(160, |_| {
                let values = list("0", 7_000);
                format!("\"name\":\"n\",\"x\":{}{values}{}", "[".repeat(57), "]".repeat(57))
            }),
            Some("rendered-too-large"),
        ),
        (
            "lines below lists",
            one(&format!(
                "{}{}{}",
                "[".repeat(58),
                list(&format!("\"{}\"", "a\\n".repeat(20_000)), 100),
                "]".repeat(58)
            )),
            Some("capability-too-large"),
        ),
        ("many small mappings", one(&list("{\"a\":1}", 400_000)), Some("capability-too-large")),
        ("many brackets in a flow", one(&list("[[]]", 400_000)), Some("capability-too-large")),
        (
            "long keys, each once",
            one(&format!("{{{}}}", (0..15).map(|n| format!("\"{n:065000}\":0")).collect::<Vec<_>>().join(","))),
            None,
        ),
    ]
}

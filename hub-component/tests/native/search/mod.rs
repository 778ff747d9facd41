//! `GET /v1/capabilities`.

mod budget;
mod by_id;
mod existing;
mod meaning;
mod model;
mod paging;
mod syntax;
mod words;

use serde_json::Value;

/// A value for a query.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// `repo id` of each result.
pub fn places(page: &Value) -> Vec<String> {
    let results = page["capabilities"].as_array().expect("a page");
    results.iter().map(|it| format!("{} {}", text(&it["source_repo"]), text(&it["id"]))).collect()
}
/// A generator whose seed reproduces a run (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("less than the bound")
    }

    pub fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Up to `most` of these words.
    pub fn words(&mut self, choices: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| *self.of(choices)).collect::<Vec<_>>().join(" ")
    }
}

pub const VOCABULARY: [&str; 14] = [
    "state",
    "stateless",
    "stat",
    "lease",
    "publish",
    "Größe",
    "100%",
    "a_b",
    "C++",
    "日本",
    "registry",
    "x",
    "don't",
    "\"q\"",
];

/// An index whose entries are made of the vocabulary.
pub fn random_index(random: &mut Random) -> String {
    let mut entries = Vec::new();
    for n in 0..random.below(9) {
        let part = random.of(&["state", "lease", "stat", "publish-all", "x_y"]);
        let tags: Vec<&str> = (0..random.below(3)).map(|_| *random.of(&VOCABULARY)).collect();
        let mut entry = serde_json::json!({
            "id": format!("capability.{part}.n{}", n + random.below(3) * 10),
            "name": format!("The {}", random.words(&VOCABULARY, 3)),
            "tags": tags,
            "status": random.of(&["beta", "Stable", "50%"]),
        });
        if random.below(2) == 0 {
            entry["summary"] = random.words(&VOCABULARY, 8).into();
        }
        if random.below(5) == 0 {
            entry["title"] = random.words(&VOCABULARY, 2).replace('"', "z").into();
        }
        // JSON is YAML; an empty title is not valid.
        if entry["title"] != "" && !entries.iter().any(|other: &Value| other["id"] == entry["id"]) {
            entries.push(entry);
        }
    }
    serde_json::json!({"version": 1, "capabilities": entries}).to_string()
}

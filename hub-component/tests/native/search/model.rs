//! Both ways of finding agree with the plainest reading of the contract.

use super::{Random, VOCABULARY, both, encoded, places, random_index, text};
use serde_json::Value;
use std::cmp::Reverse;

fn words(text: &str) -> Vec<String> {
    federation::search::words(text)
}

/// The rank of an entry as `specs/FederationHubAPI.md` tells it; `None` if it does not match.
fn rank(entry: &Value, q: &str) -> Option<u32> {
    let field = |name: &str| entry[name].as_str().unwrap_or_default();
    let tags: Vec<&str> = entry["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let (id, name) = (words(field("id")), words(&format!("{} {}", field("name"), field("title"))));
    let (tags, summary) = (words(&tags.join(" ")), words(field("summary")));
    let mut sought = words(q);
    let mut seen = Vec::new();
    sought.retain(|word| {
        !seen.contains(word) && {
            seen.push(word.clone());
            true
        }
    });
    let mut sum = 0;
    for word in &sought {
        let stands = [(&id, 16), (&name, 12), (&tags, 10), (&summary, 4)];
        let begins = [(&id, 8), (&name, 6), (&tags, 5), (&summary, 2)];
        let whole = stands.iter().filter(|(there, _)| there.contains(word));
        let start = begins.iter().filter(|(there, _)| there.iter().any(|other| other.starts_with(word.as_str())));
        sum += whole.chain(start).map(|(_, weight)| *weight).max()?;
    }
    if sought.is_empty() {
        return Some(0);
    }
    Some(
        sum + if field("id") == q.trim().to_lowercase() {
            1000
        } else if name == sought {
            100
        } else {
            0
        },
    )
}

/// `repo id` of what matches, in order.
fn expected(document: &Value, q: &str, filters: &[(&str, String)]) -> Vec<String> {
    let mut matches: Vec<(Reverse<u32>, usize, String)> = Vec::new();
    for (n, entry) in document["capabilities"].as_array().expect("a list").iter().enumerate() {
        let holds = filters.iter().all(|(name, value)| match *name {
            "repo" => entry["source_repo"] == value.as_str(),
            "tag" => entry["tags"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|tag| tag.as_str().is_some_and(|tag| tag.to_lowercase() == value.to_lowercase())),
            "status" => entry["status"].as_str().is_some_and(|status| status.to_lowercase() == value.to_lowercase()),
            _ => entry["domain"] == value.as_str(),
        });
        if let (true, Some(rank)) = (holds, rank(entry, q)) {
            let place = format!("{} {}", text(&entry["source_repo"]), text(&entry["id"]));
            matches.push((Reverse(rank), n, place));
        }
    }
    matches.sort();
    matches.into_iter().map(|(_, _, place)| place).collect()
}

#[tokio::test]
async fn results_are_those_of_the_contract_with_and_without_a_full_text_index() {
    let seed = 0x5eed_0001;
    let mut random = Random(seed);
    let [full_text, like] = both();
    let mut found = 0;
    for round in 0..6 {
        for repo in ["a", "b-c", "b.c", "zeta"] {
            let index = random_index(&mut random);
            for hub in [&full_text, &like] {
                if round == 0 {
                    hub.register(repo, index.clone()).await;
                } else {
                    hub.publish(repo, index.clone());
                }
            }
        }
        for hub in [&full_text, &like] {
            hub.compose().await;
        }
        let document = full_text.get("/v1/federated?format=json").await;
        for _ in 0..60 {
            let q = match random.below(8) {
                0 => document["capabilities"][random.below(5)]["id"].as_str().unwrap_or("capability.x").to_owned(),
                1 => document["capabilities"][random.below(5)]["name"].as_str().unwrap_or("x").to_owned(),
                2 => random.of(&["s", "st", "PUB", "n", "日", "gr", "capa n1"]).to_string(),
                _ => random.words(&VOCABULARY, 3),
            };
            let mut filters = Vec::new();
            for (name, values) in [
                ("repo", &["a", "b-c", "b.c", "none"][..]),
                ("tag", &["STATE", "c++", "100%", "a_b", "größe", "state"]),
                ("status", &["BETA", "stable", "50%"]),
                ("domain", &["d", "e"]),
            ] {
                if random.below(6) == 0 {
                    filters.push((name, random.of(values).to_string()));
                }
            }
            let mut path = format!("/v1/capabilities?limit=200&q={}", encoded(&q));
            for (name, value) in &filters {
                path.push_str(&format!("&{name}={}", encoded(value)));
            }
            let expected = expected(&document, &q, &filters);
            found += expected.len();
            let [answer, other] = [full_text.get(&path).await, like.get(&path).await];
            assert_eq!(places(&answer), expected, "seed {seed:x}: {q} {filters:?}");
            assert_eq!(answer, other, "seed {seed:x}: {path}");
        }
    }
    assert!(found > 500, "seed {seed:x} found only {found}");
    let finder = |hub: &crate::ports::Hub| hub.number("SELECT count(*) FROM search_setup WHERE finder = 'fts5'");
    assert_eq!((finder(&full_text), finder(&like)), (1, 0), "each found in its own way");
}

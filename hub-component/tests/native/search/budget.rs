//! A response never has more bytes than its budget, and with every budget that is accepted, the pages lead to the end.

use super::Random;
use crate::ports::Hub;
use serde_json::{Value, json};

/// Entries from tiny to far beyond any budget, with everything that JSON has to escape.
fn awkward_index() -> String {
    let text = |n: usize| "\"q\" \\ \t \n </script> Größe 日本 🦀 ".repeat(n);
    let entries: Vec<Value> = (0..12)
        .map(|n| {
            json!({
                "id": format!("capability.{}.n{n}", "long-".repeat(n * 3) + "x"), "name": format!("N {}", text(n % 3)),
                "summary": text(n * n), "tags": vec!["tag"; n], "x-own": {"nested": [text(n), n, null]},
            })
        })
        .collect();
    json!({"version": 1, "capabilities": entries}).to_string()
}

#[tokio::test]
async fn bounds_the_whole_body_and_every_page_comes_on() {
    let seed = 0x5eed_0003;
    let mut random = Random(seed);
    let hub = Hub::new();
    hub.register("a-repo", awkward_index()).await;
    hub.register("b", awkward_index()).await;
    for round in 0..60 {
        let tokens = if round < 20 { 40 + round * 8 } else { random.below(6000) };
        let fields = *random.of(&["", "&fields=*", "&fields=summary", "&fields="]);
        let search = format!("/v1/capabilities?q=capability&limit=200{fields}");
        let (mut shown, mut cursor) = (0, String::new());
        loop {
            let (status, _, body) = hub.read(&format!("{search}&budget_tokens={tokens}{cursor}"), &[]).await;
            let page: Value = serde_json::from_slice(&body).expect("JSON");
            if status == 422 {
                assert_eq!(page["code"], "budget-too-small");
                assert!(tokens < 200, "200 tokens always do: {page}");
                let detail = page["detail"].as_str().expect("a detail");
                let least: usize =
                    detail.rsplit(|c: char| !c.is_ascii_digit()).find_map(|part| part.parse().ok()).expect("a number");
                assert!(least > tokens);
                for (budget, expected) in [(least, 200), (least - 1, 422)] {
                    let path = format!("{search}&budget_tokens={budget}{cursor}");
                    assert_eq!(hub.read(&path, &[]).await.0, expected, "{path}: {page}");
                }
                break;
            }
            assert_eq!(status, 200);
            assert!(body.len() <= 4 * tokens, "seed {seed:x}: {} bytes for {tokens} tokens", body.len());
            let results = page["capabilities"].as_array().expect("results");
            assert!(
                !results.is_empty() && results.iter().all(|it| it["id"].is_string() && it["source_repo"].is_string())
            );
            assert_eq!(page["shown"], results.len());
            assert!(page["truncated"] == false || results.len() == 1);
            shown += results.len();
            let Some(next) = page["next"].as_str() else {
                assert_eq!(page["total"], shown, "seed {seed:x}: nothing is left out");
                break;
            };
            cursor = format!("&cursor={next}");
        }
    }
}

#[tokio::test]
async fn bounds_the_entries_of_an_id_too() {
    let hub = Hub::new();
    for repo in ["a", "b", "c"] {
        hub.register(repo, awkward_index()).await;
    }
    let one = "/v1/capabilities/capability.long-long-long-x.n1";
    let whole = hub.get(one).await;
    for tokens in (1..700).step_by(7) {
        let (status, _, body) = hub.read(&format!("{one}?budget_tokens={tokens}"), &[]).await;
        let page: Value = serde_json::from_slice(&body).expect("JSON");
        if status == 422 {
            let detail = page["detail"].as_str().expect("a detail");
            let least: usize =
                detail.rsplit(|c: char| !c.is_ascii_digit()).find_map(|part| part.parse().ok()).expect("a number");
            for (budget, expected) in [(least, 200), (least - 1, 422)] {
                assert_eq!(hub.read(&format!("{one}?budget_tokens={budget}"), &[]).await.0, expected, "{page}");
            }
            continue;
        }
        assert!(body.len() <= 4 * tokens, "{} bytes for {tokens} tokens", body.len());
        if page["complete"] == true && page["truncated"] == false {
            assert_eq!(page, whole);
        }
    }
    assert_eq!((&whole["shown"], &whole["complete"]), (&json!(3), &json!(true)));
}

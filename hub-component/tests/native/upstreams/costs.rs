//! What following costs.

use super::{follow, hub, index, status, turn, url};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn an_upstream_costs_what_changed() {
    let cost = async |sources: usize| {
        let (a, b) = (hub("hub-a"), hub("hub-b"));
        for n in 0..sources {
            let url = format!("https://s{n}.example.org/index.yaml");
            a.sources().set(&url, index(&format!("capability.s{n}")));
            let body = json!({"repo": format!("s{n:04}"), "url": url, "domain": "d", "cache_ttl_seconds": 86_400});
            a.ask(Method::POST, "/v1/repos", body).await;
        }
        a.settle().await;
        a.compose().await;
        follow(&b, "hub-a", &a, false).await;
        for _ in 0..20 {
            turn(&b).await;
        }
        let state = status(&b, "hub-a").await;
        assert_eq!((&state["state"], &state["published"]), (&json!("current"), &json!(sources)), "{state}");
        // Nothing changed.
        b.sources().urls();
        b.statements();
        turn(&b).await;
        let idle = (b.statements().len(), b.sources().urls().len());
        // One index changed.
        a.pass(3000);
        a.publish("s3", index("capability.changed"));
        a.ask(Method::POST, "/v1/repos/s0003/refresh", Value::Null).await;
        turn(&b).await;
        let urls = b.sources().urls();
        let changed: Vec<bool> =
            urls.iter().map(|asked| asked.starts_with(&format!("{}/v1/indexes/", url("hub-a")))).collect();
        (idle, changed, b.statements().len())
    };
    let (few, many) = (cost(10).await, cost(300).await);
    assert_eq!(few.0.1, 1, "one request");
    assert_eq!(few.1, [false, true], "the log, and one index");
    assert_eq!(few, many);
}

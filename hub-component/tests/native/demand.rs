//! Missing capabilities: who is counted, what is kept, and for how long.

use crate::ports::{Hub, index};
use http::HeaderMap;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60;
const HEADER: &str = "x-forwarded-for";

async fn filled() -> Hub {
    let hub = Hub::new();
    hub.configure_client_address_header(HEADER);
    hub.register("hub", "version: 1\ncapabilities:\n- {id: capability.state, name: Publish state}\n".to_owned()).await;
    hub
}

/// Sends a request from an address, and waits for the hub's work after the response.
async fn ask(hub: &Hub, address: &str, path: &str) -> HeaderMap {
    let (status, headers, _) = hub.read(path, &[(HEADER, address)]).await;
    assert_eq!(status, 200, "{path}");
    hub.settle().await;
    headers
}

async fn search(hub: &Hub, address: &str, question: &str) -> HeaderMap {
    ask(hub, address, &format!("/v1/capabilities?q={}", question.replace(' ', "+"))).await
}

async fn words(hub: &Hub) -> Vec<String> {
    let demand = hub.get("/v1/demand").await;
    let questions = demand["questions"].as_array().expect("a list");
    questions.iter().map(|question| question["words"].as_str().expect("words").to_owned()).collect()
}

#[tokio::test]
async fn a_question_is_shown_once_three_clients_asked_alike() {
    let hub = filled().await;
    for (address, question) in [
        ("192.0.2.1", "How do I brew coffee?"),
        ("192.0.2.1", "brew coffee"),
        ("192.0.2.2", "coffee brewing"),
        ("192.0.2.1", "brewed coffee"),
    ] {
        search(&hub, address, question).await;
        assert_eq!(words(&hub).await, [""; 0], "{question}");
    }
    search(&hub, "2001:db8::1", "BREW the coffee").await;
    let demand = hub.get("/v1/demand").await;
    let day = "2027-01-15";
    let expected = json!([{"words": "brew coffee", "days": 1, "first_asked": day, "last_asked": day, "fit": "none", "nearest": []}]);
    assert_eq!((&demand["revision"], &demand["questions"]), (&json!(1), &expected));
    let page = hub.text("/demand").await;
    assert!(page.contains("brew coffee") && page.contains("/capabilities?q=brew+coffee"), "{page}");
}

#[tokio::test]
async fn agents_and_people_count_like_programs() {
    let hub = filled().await;
    search(&hub, "192.0.2.1", "brew coffee").await;
    ask(&hub, "192.0.2.2", "/capabilities?q=brew+coffee").await;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "search_capabilities", "arguments": {"q": ["brew coffee"]}}});
    let request =
        http::Request::post("/mcp").header("content-type", "application/json").header("accept", "application/json");
    let request = request.header(HEADER, "192.0.2.3").body(call.to_string().into()).expect("a request");
    assert_eq!(hub.send(request).await.status(), 200);
    hub.settle().await;
    assert_eq!(words(&hub).await, ["brew coffee"]);
}

#[tokio::test]
async fn what_is_answered_or_narrowed_is_not_missing() {
    let hub = filled().await;
    let good = search(&hub, "192.0.2.1", "publish state").await;
    let missed = search(&hub, "192.0.2.1", "brew coffee").await;
    assert!(good.contains_key("reuse-surface-memo"), "a host may give a good answer again: {good:?}");
    assert!(!missed.contains_key("reuse-surface-memo"), "the hub must see each client that misses something");
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        search(&hub, address, "publish state").await;
        ask(&hub, address, "/v1/capabilities?q=brew+tea&domain=other").await;
        ask(&hub, address, "/v1/capabilities?q=brew+cocoa&tag=hot").await;
    }
    assert_eq!(hub.number("SELECT count(*) FROM demand"), 1);
    // Once it is published, it is no longer missing.
    for address in ["192.0.2.2", "192.0.2.3"] {
        search(&hub, address, "brew coffee").await;
    }
    assert_eq!(words(&hub).await, ["brew coffee"]);
    hub.register("kitchen", "version: 1\ncapabilities:\n- {id: capability.coffee, name: Brew coffee}\n".to_owned())
        .await;
    assert_eq!(words(&hub).await, [""; 0]);
}

#[tokio::test]
async fn no_client_is_recognised_in_what_is_kept() {
    let hub = filled().await;
    for address in ["198.51.100.71", "198.51.100.72"] {
        search(&hub, address, "brew coffee for jane@example.org with key 0123456789abcdef0123456789abcdef").await;
    }
    let files = hub.database_files();
    for secret in ["198.51.100.71", "0123456789abcdef"] {
        let found = files.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "`{secret}` is in the database");
    }
    search(&hub, "198.51.100.73", "brew coffee for jane@example.org with key fedcba9876543210fedcba9876543210").await;
    assert_eq!(words(&hub).await, ["brew coffee jane example org key"]);
    assert_eq!(
        hub.number("SELECT count(*) FROM demand WHERE marks = '' AND clients = 3"),
        1,
        "no mark is kept any longer"
    );
    hub.pass(DAY);
    search(&hub, "198.51.100.71", "another thing altogether").await;
    assert_eq!(hub.number("SELECT count(*) FROM demand WHERE asker >= 0"), 1, "only that of today");
}

#[tokio::test]
async fn a_question_that_is_known_costs_no_write() {
    let hub = filled().await;
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        search(&hub, address, "brew coffee").await;
    }
    hub.statements();
    search(&hub, "192.0.2.9", "brew coffee").await;
    let writes = |hub: &Hub| {
        let statements = hub.statements();
        statements.iter().filter(|it| it.contains("demand") && !it.starts_with("SELECT")).count()
    };
    assert_eq!(writes(&hub), 0);
    hub.pass(DAY);
    search(&hub, "192.0.2.9", "brew coffee").await;
    assert_eq!(writes(&hub), 1, "one a day");
    assert_eq!(hub.get("/v1/demand").await["questions"][0]["days"], 2);
}

#[tokio::test]
async fn one_client_brings_few_questions_and_all_are_bounded() {
    let hub = filled().await;
    for n in 0..30 {
        search(&hub, "192.0.2.1", &format!("nonsense{}", char::from(b'a' + n))).await;
    }
    assert_eq!(hub.number("SELECT count(*) FROM demand"), 20);
    search(&hub, "192.0.2.2", "brew coffee").await;
    assert_eq!(hub.number("SELECT count(*) FROM demand"), 21, "another client still can");
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5100)
        INSERT INTO demand SELECT 'q' || i, 'q' || i, 2, '', -1, 1, 20800, 20833 FROM n";
    hub.change(many);
    search(&hub, "192.0.2.3", "brew tea").await;
    assert_eq!(hub.number("SELECT count(*) FROM demand"), 5000);
    assert_eq!(hub.number("SELECT count(*) FROM demand WHERE clients = 2"), 4999, "what the fewest asked goes first");
}

#[tokio::test]
async fn what_nobody_asks_any_more_is_forgotten() {
    let hub = filled().await;
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        search(&hub, address, "brew coffee").await;
    }
    search(&hub, "192.0.2.1", "brew tea").await;
    for (days, shown) in [(31, 1), (140, 1), (10, 0)] {
        hub.pass(days * DAY);
        search(&hub, "192.0.2.1", &format!("brew {days}")).await;
        assert_eq!(hub.number("SELECT count(*) FROM demand WHERE clients = 3"), shown, "{days} days later");
        assert_eq!(hub.number("SELECT count(*) FROM demand WHERE words = 'brew tea'"), 0, "{days} days later");
    }
}

#[tokio::test]
async fn a_hub_without_capabilities_has_no_demand() {
    let hub = Hub::new();
    assert_eq!(hub.get("/v1/demand").await, json!({"revision": 0, "questions": []}));
    hub.register("hub", index("a", 3, 1)).await;
    let (_, _, bytes) = hub.read("/v1/demand?limit=101", &[]).await;
    assert_eq!(serde_json::from_slice::<Value>(&bytes).expect("a problem")["code"], "invalid-query");
}

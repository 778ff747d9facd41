//! The metrics of the hub.

use crate::ports::{Hub, index};
use http::Method;
use serde_json::json;

/// The samples of a text, without comments.
fn has(text: &str, sample: &str) -> bool {
    text.lines().any(|line| line == sample)
}

#[tokio::test]
async fn an_empty_hub_has_zeros_and_no_times() {
    let text = Hub::new().text("/metrics").await;
    for sample in [
        "reuse_surface_revision 0",
        "reuse_surface_capabilities 0",
        "reuse_surface_repos{state=\"pending\"} 0",
        "reuse_surface_required_not_fresh 0",
    ] {
        assert!(has(&text, sample), "{sample} is not in\n{text}");
    }
    assert!(!text.contains("timestamp_seconds") && !text.contains("# EOF"), "{text}");
    let accept = [("accept", "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1")];
    let (_, headers, open) = Hub::new().read("/metrics", &accept).await;
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let open = String::from_utf8_lossy(&open);
    assert!(open.ends_with("# EOF\n") && open.contains("# TYPE reuse_surface_invalid_tokens counter\n"), "{open}");
    assert!(text.contains("# TYPE reuse_surface_invalid_tokens_total counter\n"), "{text}");
}

#[tokio::test]
async fn every_refresh_is_counted_exactly() {
    let hub = Hub::new();
    hub.register("a", index("a", 3, 0)).await;
    let required = json!({"required": true});
    assert_eq!(hub.ask(Method::PATCH, "/v1/repos/a", required).await.0, 200);
    let body = json!({"repo": "b", "url": "https://b.example.org/index.yaml", "domain": "d"});
    hub.ask(Method::POST, "/v1/repos", body).await;
    let switched_off = json!({"repo": "c", "url": "https://c.example.org/x", "domain": "d", "enabled": false});
    hub.ask(Method::POST, "/v1/repos", switched_off).await;
    let count = |text: &str, outcome: &str| -> u64 {
        let sample = format!("reuse_surface_checks_total{{outcome=\"{outcome}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&sample)).map_or(0, |value| value.parse().expect("a number"))
    };
    let before = hub.text("/metrics").await;
    for _ in 0..3 {
        hub.compose().await;
    }
    hub.publish("a", index("a", 4, 1));
    hub.compose().await;
    let after = hub.text("/metrics").await;
    let more = |outcome| count(&after, outcome) - count(&before, outcome);
    assert_eq!((more("unchanged"), more("accepted"), more("held")), (3, 1, 0), "{after}");
    assert!(more("failed") >= 4, "{after}");
    for sample in [
        "reuse_surface_revision 3",
        "reuse_surface_capabilities 4",
        "reuse_surface_repos{state=\"fresh\"} 1",
        "reuse_surface_repos{state=\"failed\"} 1",
        "reuse_surface_repos{state=\"disabled\"} 1",
        "reuse_surface_repos{state=\"held\"} 0",
        "reuse_surface_required_not_fresh 0",
        "reuse_surface_composed_timestamp_seconds 1800000000",
        "reuse_surface_oldest_verified_timestamp_seconds 1800000000",
    ] {
        assert!(has(&after, sample), "{sample} is not in\n{after}");
    }
    // Time alone makes an unchecked source stale, and the metrics show that without a write.
    hub.pass(3 * 3600);
    let later = hub.text("/metrics").await;
    assert!(has(&later, "reuse_surface_required_not_fresh 1") && has(&later, "reuse_surface_repos{state=\"stale\"} 1"));
}

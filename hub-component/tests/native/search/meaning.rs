//! Questions in words other than those of the entries.

use super::{encoded, places};
use crate::ports::Hub;
use serde_json::json;

const SHOP: &str = r#"
version: 1
capabilities:
- {id: capability.payment.refund, name: Payment refund, summary: Reverses a card charge in full or in part, tags: [payments]}
- {id: capability.image.resize, name: Image resize, summary: Scales pictures to thumbnails, tags: [media]}
- {id: capability.old.refund, name: Refund, summary: Returned payment to a customer, status: deprecated, replaced_by: capability.payment.refund}
- {id: capability.weather.forecast, name: Weather forecast, summary: Temperature and wind of a city, tags: [weather]}
- {id: capability.metrics.collect, name: Metrics collection, summary: Gathers counters from hosts, tags: [operations]}
"#;

/// No word of it, no stem and no synonym occurs in the index.
const OTHER_WORDS: &str = "snowy winter days";

async fn shop() -> Hub {
    let hub = Hub::new();
    hub.register("shop", SHOP.to_owned()).await;
    hub
}

#[tokio::test]
async fn what_means_the_same_is_found_and_said_to_be_no_certain_answer() {
    let hub = shop().await;
    let page = hub.get(&format!("/v1/capabilities?q={}", encoded(OTHER_WORDS))).await;
    assert_eq!(places(&page).first().map(String::as_str), Some("shop capability.weather.forecast"), "{page}");
    assert_ne!(page["fit"], "good", "{page}");
    assert!(page["advice"].is_string() && page["capabilities"][0].get("matched").is_none(), "{page}");
}

#[tokio::test]
async fn what_is_deprecated_stays_below_its_successor() {
    let hub = shop().await;
    let page = hub.get("/v1/capabilities?q=returning%20cash%20to%20customers").await;
    let found = places(&page);
    let place = |id: &str| found.iter().position(|it| it == id);
    let (new, old) = (place("shop capability.payment.refund"), place("shop capability.old.refund"));
    assert!(new.is_some() && (old.is_none() || new < old), "{page}");
}

#[tokio::test]
async fn filters_hold_for_what_means_the_same() {
    let hub = shop().await;
    hub.register("other", SHOP.replace("wind", "storms")).await;
    let q = encoded(OTHER_WORDS);
    for (filter, expected) in
        [("repo=other", "other capability.weather.forecast"), ("tag=Weather", "other capability.weather.forecast")]
    {
        let page = hub.get(&format!("/v1/capabilities?q={q}&{filter}")).await;
        assert_eq!(places(&page).first().map(String::as_str), Some(expected), "{filter}: {page}");
    }
    for filter in ["tag=media", "tag=none", "domain=none", "repo=none"] {
        let page = hub.get(&format!("/v1/capabilities?q={q}&{filter}")).await;
        assert!(!places(&page).iter().any(|it| it.ends_with("weather.forecast")), "{filter}: {page}");
    }
}

#[tokio::test]
async fn unknown_words_mean_nothing() {
    let hub = shop().await;
    let page = hub.get("/v1/capabilities?q=zxqv%20wkjh").await;
    assert_eq!((&page["fit"], &page["total"]), (&json!("none"), &json!(0)), "{page}");
}

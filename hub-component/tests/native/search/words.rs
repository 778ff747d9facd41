//! Which entries match, and in which order.

use super::{encoded, places};
use crate::ports::Hub;
use federation::search::Synonyms;
use hub_component::hub::Setting;
use serde_json::json;

const INDEX: &str = r#"
version: 1
capabilities:
- {id: capability.other, name: Other, summary: About state and its leases}
- {id: capability.tagged, name: Tagged, tags: [State, C++, "50%_!"], status: Beta}
- {id: capability.named, title: State of things, summary: ok}
- {id: capability.statement, name: Prefix}
- {id: capability.state, name: Word in the id}
- {id: state.capability, name: The state capability}
- {id: capability.cafe, name: "Café im Größenwahn", x-own: {deep: [1]}, owner: somebody, path: docs/cafe.md}
"#;

pub(super) async fn filled() -> Hub {
    let hub = Hub::new();
    hub.register("hub", INDEX.to_owned()).await;
    let other = "version: 1\ncapabilities:\n- {id: capability.state, name: The other one}\n";
    hub.register("another", other.to_owned()).await;
    hub
}

#[tokio::test]
async fn results_are_ranked_by_what_they_answer() {
    let hub = filled().await;
    for (q, expected) in [
        // First the id that is the question, then other words of the id and the name, then a tag, and last the summary. Equal ones by repo and position.
        ("capability.state", "another capability.state, hub capability.state"),
        ("THE State Capability", "hub state.capability"),
        ("lease", "hub capability.other"),
        ("leasing", "hub capability.other"),
        ("CAFE", "hub capability.cafe"),
        ("cafe\u{301} grossen", "hub capability.cafe"),
        ("groessenwahn cafee", "hub capability.cafe"),
        ("c++", "hub capability.tagged"),
    ] {
        let page = hub.get(&format!("/v1/capabilities?q={}", encoded(q))).await;
        let found = places(&page).join(", ");
        assert!(found.starts_with(expected), "{q}: {found}");
    }
}

#[tokio::test]
async fn a_question_is_told_how_well_it_is_answered() {
    let hub = filled().await;
    let ask = async |q: &str| hub.get(&format!("/v1/capabilities?q={}", encoded(q))).await;
    let good = ask("lease of a state").await;
    assert_eq!((&good["fit"], good.get("advice"), good.get("near")), (&json!("good"), None, None), "{good}");
    assert_eq!(good["capabilities"][0]["matched"], json!(["lease", "state"]));
    let weak = ask("state monitor thermometers espresso barometers").await;
    let unmatched = json!(["monitor", "thermometers", "espresso", "barometers"]);
    assert_eq!((&weak["fit"], &weak["unmatched"]), (&json!("none"), &unmatched), "{weak}");
    assert!(weak["advice"].as_str().is_some_and(|it| it.contains("`monitor`, `thermometers`")), "{weak}");
    assert_eq!(weak["near"]["domains"], json!(["d"]), "{weak}");
    assert!(weak["shown"].as_u64().is_some_and(|shown| (1..=5).contains(&shown)), "{weak}");
    let none = ask("monitor thermometers").await;
    assert_eq!((&none["fit"], &none["total"]), (&json!("none"), &json!(0)), "{none}");
    let near = json!({"domains": ["d"], "tags": ["50%_!", "c++", "state"]});
    assert_eq!(none["near"], near, "the largest ones: {none}");
    let corrected = ask("grossenwhan").await;
    let expected = json!([{"word": "grossenwhan", "searched": "grossenwahn"}]);
    assert_eq!((&corrected["fit"], &corrected["corrected"]), (&json!("good"), &expected), "{corrected}");
    let listed = hub.get("/v1/capabilities").await;
    assert_eq!((listed.get("fit"), listed["capabilities"][0].get("matched")), (None, None));
}

#[tokio::test]
async fn no_question_is_too_long() {
    let hub = filled().await;
    let many: String = (0..60).map(|n| format!("w{n} ")).collect();
    let page = hub.get(&format!("/v1/capabilities?q={}", encoded(&format!("lease {many}")))).await;
    assert_eq!(places(&page), ["hub capability.other"], "the one that has a word of it");
    assert!(page["dropped"].as_array().is_some_and(|dropped| dropped.len() >= 16), "{page}");
    let long = "lease ".repeat(2000);
    assert_eq!(places(&hub.get(&format!("/v1/capabilities?q={}", encoded(&long))).await), ["hub capability.other"]);
}

#[tokio::test]
async fn the_best_phrasing_counts() {
    let hub = filled().await;
    let alone = hub.get("/v1/capabilities?q=lease").await;
    let both = hub.get("/v1/capabilities?q=nonsense+gibberish&q=lease").await;
    assert_eq!((&both["fit"], places(&both)), (&json!("good"), places(&alone)), "{both}");
    assert_eq!(both.get("unmatched"), None, "what the best phrasing says: {both}");
    let two = hub.get("/v1/capabilities?q=lease&q=cafe").await;
    let mut found = places(&two);
    found.sort();
    assert_eq!(found, ["hub capability.cafe", "hub capability.other"]);
}

#[tokio::test]
async fn what_is_deprecated_stands_below_its_successor() {
    let hub = Hub::new();
    let old =
        "- {id: capability.old, name: Password login for LDAP trees, status: deprecated, replaced_by: capability.new}";
    let new = "- {id: capability.new, name: OpenID Connect}";
    hub.register("a", format!("version: 1\ncapabilities:\n{old}\n{new}\n")).await;
    for q in ["ldap password login", "Password login for LDAP trees", "capability.old", "old"] {
        let page = hub.get(&format!("/v1/capabilities?q={}", encoded(q))).await;
        assert_eq!(places(&page), ["a capability.new", "a capability.old"], "{q}");
    }
}

#[tokio::test]
async fn each_successor_stands_above_the_one_before() {
    let hub = Hub::new();
    let one = |id: &str, name: &str, successor: &str| {
        format!("- {{id: capability.{id}, name: {name}, status: deprecated, replaced_by: capability.{successor}}}\n")
    };
    let chain = [
        one("first", "Password login for LDAP trees", "second"),
        one("second", "Login", "third"),
        "- {id: capability.third, name: OpenID Connect}\n".to_owned(),
        // A ring has no last successor; the search must still end.
        one("ring", "Ring of successors", "round"),
        one("round", "Round and round", "ring"),
    ];
    hub.register("a", format!("version: 1\ncapabilities:\n{}", chain.concat())).await;
    for q in ["ldap password login", "password trees", "login"] {
        let page = hub.get(&format!("/v1/capabilities?q={}", encoded(q))).await;
        assert_eq!(places(&page), ["a capability.third", "a capability.second", "a capability.first"], "{q}");
    }
    let ring = hub.get("/v1/capabilities?q=ring").await;
    assert_eq!(ring["total"], 2, "{ring}");
}

#[tokio::test]
async fn an_answer_is_of_one_revision_although_another_is_published_meanwhile() {
    let path = "/v1/capabilities?q=state&q=grossenwhan";
    for before in ["search_trigrams", "p.term IN"] {
        let hub = filled().await;
        let published =
            "INSERT INTO revisions SELECT 3, digest, composed_at, actor, cause, 1, 7 FROM revisions WHERE number = 2;
            UPDATE search_fragments SET is_current = 0 WHERE repo = 'another'";
        let found = places(&hub.get(path).await);
        assert!(found.iter().any(|place| place.starts_with("another")), "{found:?}");
        hub.change_before(before, published);
        let page = hub.get(path).await;
        assert_eq!(page["revision"], 3, "before {before}: {page}");
        assert!(places(&page).iter().all(|place| !place.starts_with("another")), "before {before}: {page}");
    }
}

#[tokio::test]
async fn the_operator_adds_synonyms() {
    let hub = filled().await;
    let ask = async |hub: &Hub| hub.get("/v1/capabilities?q=espresso").await["fit"].clone();
    assert_eq!(ask(&hub).await, "none");
    let synonyms = Synonyms::with("espresso, kaffee; espresso > cafe # and so on").expect("a table");
    assert_eq!(ask(&hub.at(Setting { synonyms, ..Setting::default() })).await, "good");
    assert!(Synonyms::with(&"a, b\n".repeat(20_000)).is_err());
}

#[tokio::test]
async fn filters_are_exact_and_without_words_the_order_is_that_of_the_document() {
    let hub = filled().await;
    let document = hub.get("/v1/federated?format=json").await;
    for blank in ["", "?q=", "?q=%20%09"] {
        let page = hub.get(&format!("/v1/capabilities{blank}")).await;
        assert_eq!(places(&page), places(&document), "{blank}");
        assert_eq!((&page["total"], &page["revision"]), (&json!(8), &json!(2)));
    }
    for (filters, expected) in [
        ("tag=c%2B%2B", "hub capability.tagged"),
        ("tag=C", ""),
        ("tag=50%25_!", "hub capability.tagged"),
        ("tag=%25", ""),
        ("tag=50__!", ""),
        ("status=beta", "hub capability.tagged"),
        ("status=bet", ""),
        ("repo=another", "another capability.state"),
        ("repo=ANOTHER", ""),
        ("repo=another&q=other", "another capability.state"),
        ("repo=another&q=other&domain=d", "another capability.state"),
        ("repo=another&q=other&domain=e", ""),
        ("domain=%27%20OR%201%3D1%20--", ""),
    ] {
        let page = hub.get(&format!("/v1/capabilities?{filters}")).await;
        assert_eq!(places(&page).join(", "), expected, "{filters}");
    }
}

#[tokio::test]
async fn fields_are_chosen() {
    let hub = filled().await;
    let keys = async |fields: &str| {
        let page = hub.get(&format!("/v1/capabilities?q=cafe{fields}")).await;
        page["capabilities"][0].as_object().expect("a result").keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys("").await, "id source_repo domain name path matched");
    assert_eq!(keys("&fields=*").await, "id source_repo domain name x-own owner path matched");
    assert_eq!(keys("&fields=owner,x-own,none").await, "id source_repo x-own owner matched");
    assert_eq!(keys("&fields=").await, "id source_repo matched");
    let page = hub.get("/v1/capabilities?tag=state&fields=*").await;
    let document = hub.get("/v1/federated?format=json").await;
    let entry = document["capabilities"].as_array().expect("a list").iter().find(|it| it["id"] == "capability.tagged");
    assert_eq!(Some(&page["capabilities"][0]), entry, "an entry is what the document has");
}

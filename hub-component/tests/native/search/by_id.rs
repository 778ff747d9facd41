//! `GET /v1/capabilities/{id}`.

use crate::ports::Hub;
use http::Method;
use serde_json::{Value, json};

const A: &str = "version: 1\ncapabilities:\n- {id: capability.state.lease, name: A's, owner: me, x-own: [1]}\n- {id: capability.state.publish, name: P}\n";
const B: &str = "version: 1\ncapabilities:\n- {id: capability.state.lease, title: B's}\n";

#[tokio::test]
async fn gives_every_sources_entry_whole() {
    let hub = Hub::new();
    hub.register("b", B.to_owned()).await;
    hub.register("a", A.to_owned()).await;
    let expected = json!({
        "id": "capability.state.lease", "revision": 2, "total": 2, "shown": 2, "complete": true, "truncated": false, "next": null,
        "entries": [
            {"id": "capability.state.lease", "source_repo": "a", "domain": "d", "name": "A's", "owner": "me", "x-own": [1]},
            {"id": "capability.state.lease", "source_repo": "b", "domain": "d", "title": "B's"},
        ],
    });
    let answer = hub.get("/v1/capabilities/capability.state.lease").await;
    assert_eq!(answer.to_string(), expected.to_string(), "the order of keys too");
    let one = hub.get("/v1/capabilities/capability.state.lease?repo=b&fields=title").await;
    assert_eq!(one["entries"], json!([{"id": "capability.state.lease", "source_repo": "b", "title": "B's"}]));
    let first = hub.get("/v1/capabilities/capability.state.lease?limit=1").await;
    assert_eq!((&first["shown"], &first["complete"]), (&json!(1), &json!(false)));
    let next = first["next"].as_str().expect("more");
    let second = hub.get(&format!("/v1/capabilities/capability.state.lease?limit=1&cursor={next}")).await;
    assert_eq!((&second["entries"][0]["source_repo"], &second["next"]), (&json!("b"), &Value::Null));
}

#[tokio::test]
async fn suggests_what_may_be_meant() {
    let long = format!("x{}", ".y".repeat(2000));
    let hub = Hub::new();
    hub.register("a", A.to_owned()).await;
    for (id, says) in [
        ("capability.state.leese", "Did you mean `capability.state.lease`?"),
        ("capability.state.leases", "Did you mean `capability.state.lease`?"),
        ("Capability.State.Publish", "Did you mean `capability.state.publish`?"),
        ("capability.stat.laese", "Did you mean `capability.state.lease`?"),
        ("%25", "`GET /v1/capabilities?q=WORDS` searches."),
        (&long, "`GET /v1/capabilities?q=WORDS` searches."),
        ("capability.state.lease?repo=none", "but others do; omit `repo`"),
        ("nothing.like.it?budget_tokens=1", "`GET /v1/capabilities?q=WORDS` searches."),
    ] {
        let (status, answer) = hub.ask(Method::GET, &format!("/v1/capabilities/{id}"), Value::Null).await;
        assert_eq!((status.as_u16(), &answer["code"]), (404, &json!("capability-not-found")), "{id}: {answer}");
        let detail = answer["detail"].as_str().expect("a detail");
        assert!(detail.contains(says), "{id}: {detail}");
        assert!(!id.starts_with("nothing") || !detail.contains("Did you"), "{detail}");
    }
}

#[tokio::test]
async fn what_may_be_meant_is_found_among_thousands() {
    let hub = Hub::new();
    for part in 0..4 {
        let id = |i: usize| format!("- {{id: capability.part{part}.thing{i:04}.publish, name: N}}\n");
        let entries: String = (0..3000).map(id).collect();
        hub.register(&format!("r{part}"), format!("version: 1\ncapabilities:\n{entries}")).await;
    }
    for (id, says) in [
        ("capability.part2.thing1234.publosh", "Did you mean `capability.part2.thing1234.publish`"),
        ("capability.prat2.thing1234.publish", "Did you mean `capability.part2.thing1234.publish`"),
        ("capabilty.part2.thing1234.publish", "Did you mean `capability.part2.thing1234.publish`"),
    ] {
        let (status, answer) = hub.ask(Method::GET, &format!("/v1/capabilities/{id}"), Value::Null).await;
        assert_eq!(status.as_u16(), 404, "{answer}");
        let detail = answer["detail"].as_str().expect("a detail");
        assert!(detail.contains(says), "{id}: {detail}");
    }
}

//! Who may create catalogues, and what happens to their registrations.

use super::*;
use crate::tokens;

#[tokio::test]
async fn a_token_needs_every_name_with_the_prefix() {
    let hub = forge();
    list(&hub, &[]);
    let secret = tokens::create(&hub, json!({"name": "acme", "scopes": ["repos:write:acme-*"]})).await;
    let with_prefix = |prefix: &str| {
        let mut document = acme();
        document["prefix"] = prefix.into();
        document
    };
    for (prefix, expected) in [("", 403), ("acme", 403), ("other-", 403), ("acme-", 201)] {
        let (code, answer) = hub.ask_as(&secret, Method::POST, "/v1/catalogues", &with_prefix(prefix)).await;
        assert_eq!(code, expected, "{prefix}: {answer}");
    }
    let other = tokens::create(&hub, json!({"name": "other", "scopes": ["repos:write:other-*"]})).await;
    let compose = tokens::create(&hub, json!({"name": "compose", "scopes": ["compose"]})).await;
    for secret in [&other, &compose] {
        for (method, path) in [
            (Method::PATCH, "/v1/catalogues/acme"),
            (Method::DELETE, "/v1/catalogues/acme"),
            (Method::POST, "/v1/catalogues/acme/release"),
        ] {
            assert_eq!(hub.ask_as(secret, method, path, &json!({"enabled": false})).await.0, 403, "{path}");
        }
    }
    assert_eq!(hub.ask_as(&secret, Method::DELETE, "/v1/catalogues/acme", &Value::Null).await.0, 204);
    let (status, _, _) = hub.read("/v1/catalogues", &[]).await;
    assert_eq!(status, StatusCode::OK, "anybody may read");
}

#[tokio::test]
async fn a_catalogue_is_created_listed_changed_and_deleted() {
    let hub = with_repos(&["a"]).await;
    let (code, problem) = hub.ask(Method::POST, "/v1/catalogues", acme()).await;
    assert_eq!((code, &problem["code"]), (StatusCode::CONFLICT, &json!("catalogue-exists")));
    let (code, problem) = hub.ask(Method::POST, "/v1/catalogues", json!({"name": "x"})).await;
    assert_eq!((code, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid-catalogue")));
    let all = hub.get("/v1/catalogues").await;
    assert_eq!((&all["total"], &all["catalogues"][0]["name"]), (&json!(1), &json!("acme")), "{all}");
    let (code, problem) = hub.ask(Method::PATCH, "/v1/catalogues/acme", json!({"prefix": "z"})).await;
    assert_eq!(
        (code, &problem["errors"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("catalogue-immutable"))
    );

    let (code, changed) = hub.ask(Method::PATCH, "/v1/catalogues/acme", json!({"enabled": false})).await;
    assert_eq!((code, &changed["status"]["state"]), (StatusCode::OK, &json!("disabled")), "{changed}");
    hub.sources().urls();
    later(&hub).await;
    assert!(!hub.sources().urls().contains(&LISTING.to_owned()));
    let path = json!({"enabled": true, "path": "reuse.yaml"});
    let moved = "https://codeberg.org/acme/a/raw/branch/main/reuse.yaml";
    hub.sources().set(moved, index("a", 1, 0));
    assert_eq!(hub.ask(Method::PATCH, "/v1/catalogues/acme", path).await.0, StatusCode::OK);
    hub.settle().await;
    assert_eq!(hub.get("/v1/repos/a").await["url"], moved);

    assert_eq!(hub.ask(Method::DELETE, "/v1/catalogues/acme", Value::Null).await.0, StatusCode::NO_CONTENT);
    let (code, problem) = hub.ask(Method::DELETE, "/v1/catalogues/acme", Value::Null).await;
    assert_eq!((code, &problem["code"]), (StatusCode::NOT_FOUND, &json!("catalogue-not-found")));
    assert_eq!(repos_of(&hub).await, ["a"], "its registrations stay");
    let mut again = acme();
    again["path"] = "reuse.yaml".into();
    create(&hub, again).await;
    assert_eq!((status(&hub).await["registered"].clone(), repos_of(&hub).await), (json!(1), vec!["a".to_owned()]));
    let events = hub.get("/v1/events?actor=bootstrap").await;
    let actions: Vec<&str> = events["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|event| event["action"].as_str())
        .filter(|action| action.starts_with("catalogue-"))
        .collect();
    let expected = ["catalogue-create", "catalogue-delete", "catalogue-update", "catalogue-update", "catalogue-create"];
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn a_hub_has_so_many_catalogues_and_no_more() {
    let hub = forge();
    list(&hub, &[]);
    create(&hub, acme()).await;
    hub.change(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 199)
         INSERT INTO catalogues SELECT 'c' || i, definition, record, created_at, updated_at, created_by, incarnation, next_check_at FROM catalogues, n",
    );
    let mut one_more = acme();
    one_more["name"] = "more".into();
    let (code, problem) = hub.ask(Method::POST, "/v1/catalogues", one_more).await;
    assert_eq!((code, &problem["code"]), (StatusCode::CONFLICT, &json!("too-many-catalogues")));
}

#[tokio::test]
async fn two_instances_do_not_list_at_the_same_time() {
    let hub = forge();
    list(&hub, &[repo(1, "a", 1)]);
    hub.sources().hang("codeberg.org");
    begin_to_create(&hub, acme()).await;
    let beside = hub.beside(0);
    compose(&beside).await;
    assert_eq!(hub.sources().urls(), [LISTING]);
    hub.sources().recover();
    hub.settle().await;
}

#[tokio::test]
async fn on_another_forge_repositories_are_recognised_by_name() {
    let hub = with_repos(&["docs", "hub"]).await;
    let (_, hook) = hub.ask(Method::POST, "/v1/repos/hub/hook", Value::Null).await;
    assert!(hook["secret"].is_string(), "{hook}");
    // The numbers of the other forge are those of other repositories: 1 is `hub` there, 2 `new`, and 7 `docs`.
    let there = |name: &str| raw(name).replace("codeberg.org", "git.example.org/code");
    let listing = LISTING.replace("codeberg.org", "git.example.org/code");
    let repos = [repo(1, "Hub", 1), repo(2, "new", 1), repo(7, "docs", 1)];
    hub.sources().is_forge("git.example.org");
    hub.sources().script(&listing, 200, &[], &json!(repos).to_string());
    for name in ["Hub", "docs", "new"] {
        hub.sources().set(&there(name), index(&name.to_lowercase(), 3, 0));
    }
    let moved = json!({"url": "https://git.example.org/code/acme"});
    let (code, answer) = hub.ask(Method::PATCH, "/v1/catalogues/acme", moved).await;
    assert_eq!((code, &answer["status"]["registered"]), (StatusCode::OK, &json!(2)), "{answer}");
    hub.settle().await;
    compose(&hub).await;
    assert_eq!(repos_of(&hub).await, ["docs", "hub", "new"]);
    for (name, there) in [("hub", there("Hub")), ("docs", there("docs")), ("new", there("new"))] {
        assert_eq!(hub.get(&format!("/v1/repos/{name}")).await["url"], there);
    }
    assert_eq!(hub.number("SELECT count(*) FROM former_repos"), 0, "nothing was renamed");
    assert_eq!(hub.number("SELECT count(*) FROM hooks WHERE repo = 'hub'"), 1);
    assert_eq!(hub.number("SELECT count(*) FROM catalogue_members WHERE id = '7' AND repo = 'docs'"), 1);
    assert_eq!(hub.number("SELECT count(*) FROM catalogue_members"), 3);
}

//! A refresh that is overtaken while its source is slow: its result is dropped and leaves no trace.

use anyhow::{Result, ensure};
use end_to_end::{Answer, Behaviour, Hub, Sources, TOKEN, index};
use reqwest::Method;
use serde_json::{Value, json};

const ROUNDS: u64 = 5;

fn version(number: u64) -> String {
    index(&[&format!("capability.a.v{number}")])
}

fn held(number: u64) -> Behaviour {
    Behaviour::Held(version(number).into_bytes())
}

async fn register(hub: &Hub, sources: &Sources, number: u64) -> Result<()> {
    let body = json!({"repo": "a", "url": sources.index("/a", &version(number)), "domain": "d"});
    let answer = hub.write(Method::POST, "/v1/repos?require_valid=true", &body).await?;
    ensure!(answer.status == 201, "{}", answer.text);
    Ok(())
}

/// Requests a refresh in each way, calls `overtake` once the source has received the request, and then lets the source respond.
async fn overtaken(
    hub: &Hub,
    sources: &Sources,
    path: &str,
    overtake: impl Future<Output = Result<()>>,
) -> Result<Answer> {
    let asked = sources.requests("/a");
    let request = hub.request(Method::POST, path).bearer_auth(TOKEN);
    let overtaking = async {
        sources.wait_for("/a", asked + 1).await?;
        let done = overtake.await;
        sources.release();
        done
    };
    let (answer, done) = tokio::join!(hub.send(request), overtaking);
    done?;
    answer
}

async fn newest(hub: &Hub) -> Result<(u64, Vec<String>)> {
    let document = hub.document().await?;
    let ids = document["capabilities"].as_array().into_iter().flatten();
    Ok((
        document["revision"].as_u64().unwrap_or_default(),
        ids.filter_map(|it| it["id"].as_str().map(str::to_owned)).collect(),
    ))
}

/// The events about `a` since its last registration, oldest first.
async fn trail(hub: &Hub) -> Result<Vec<String>> {
    let answer = hub.send(hub.request(Method::GET, "/v1/events?repo=a&limit=1000").bearer_auth(TOKEN)).await?;
    let events = answer.json()["events"].as_array().cloned().unwrap_or_default();
    let mut actions: Vec<String> =
        events.iter().filter_map(|event| event["action"].as_str().map(str::to_owned)).collect();
    let since = actions.iter().position(|action| action == "register").map_or(actions.len(), |at| at + 1);
    actions.truncate(since);
    actions.reverse();
    Ok(actions)
}

const WAYS: [&str; 2] = ["/v1/repos/a/refresh", "/v1/federated/compose?force=true"];

#[tokio::test]
async fn what_was_removed_meanwhile_does_not_come_back() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    for round in 0..ROUNDS {
        for path in WAYS {
            register(&hub, &sources, 1).await?;
            sources.set("/a", held(2));
            let remove = async {
                let answer = hub.write(Method::DELETE, "/v1/repos/a", &Value::Null).await?;
                ensure!(answer.status == 204, "{}", answer.text);
                Ok(())
            };
            let answer = overtaken(&hub, &sources, path, remove).await?;
            ensure!(answer.text.contains("superseded"), "{path}: {}", answer.text);
            ensure!(hub.get("/v1/repos/a").await?.status == 404);
            ensure!(hub.get("/v1/repos").await?.json()["total"] == 0);
            let revision = 4 * round + if path == WAYS[0] { 2 } else { 4 };
            ensure!(newest(&hub).await? == (revision, Vec::new()), "{:?}", newest(&hub).await?);
            ensure!(trail(&hub).await? == ["register", "deregister"], "{:?}", trail(&hub).await?);
        }
    }
    Ok(())
}

#[tokio::test]
async fn who_registers_anew_gets_their_own_index() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    for path in WAYS.repeat(ROUNDS as usize) {
        register(&hub, &sources, 1).await?;
        sources.set("/a", held(2));
        let replace = async {
            let answer = hub.write(Method::DELETE, "/v1/repos/a", &Value::Null).await?;
            ensure!(answer.status == 204, "{}", answer.text);
            register(&hub, &sources, 3).await
        };
        let answer = overtaken(&hub, &sources, path, replace).await?;
        ensure!(answer.text.contains("superseded"), "{path}: {}", answer.text);
        ensure!(newest(&hub).await?.1 == ["capability.a.v3"]);
        ensure!(trail(&hub).await? == ["register"], "{:?}", trail(&hub).await?);
        ensure!(hub.status("a").await?["state"] == "fresh");
        ensure!(hub.write(Method::DELETE, "/v1/repos/a", &Value::Null).await?.status == 204);
    }
    Ok(())
}

#[tokio::test]
async fn what_was_moved_or_switched_off_meanwhile_stays_so() -> Result<()> {
    for way in 0..2 {
        let (hub, sources) = (Hub::start()?, Sources::start()?);
        let patch = [json!({"url": sources.index("/elsewhere", &version(3))}), json!({"enabled": false})][way].take();
        let path = WAYS[way];
        register(&hub, &sources, 1).await?;
        sources.set("/a", held(2));
        let edit = async {
            let answer = hub.write(Method::PATCH, "/v1/repos/a", &patch).await?;
            ensure!(answer.status == 200, "{}", answer.text);
            Ok(())
        };
        let answer = overtaken(&hub, &sources, path, edit).await?;
        ensure!(answer.text.contains("superseded"), "{path}: {}", answer.text);
        ensure!(!newest(&hub).await?.1.contains(&"capability.a.v2".to_owned()));
    }
    Ok(())
}

#[tokio::test]
async fn of_two_refreshes_the_older_answer_is_dropped() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    register(&hub, &sources, 1).await?;
    // Of two refreshes of one source, the second returns the result of the first.
    let path = WAYS[1];
    for round in 0..2 * ROUNDS {
        let number = 10 * (round + 1);
        sources.set("/a", held(number));
        let refresh = async {
            sources.index("/a", &version(number + 1));
            let answer = hub.write(Method::POST, "/v1/repos/a/refresh", &Value::Null).await?;
            ensure!(answer.json()["source"]["outcome"] == "accepted", "{}", answer.text);
            Ok(())
        };
        overtaken(&hub, &sources, path, refresh).await?;
        let expected = (round + 2, vec![format!("capability.a.v{}", number + 1)]);
        ensure!(newest(&hub).await? == expected, "{path}: {:?}, not {expected:?}", newest(&hub).await?);
        // The record is also from the newer response, so the source is not fetched again.
        let report = hub.compose().await?;
        ensure!(report["sources"][0]["outcome"] == "unchanged" && report["published"] == false, "{report}");
    }
    Ok(())
}

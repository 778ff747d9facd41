//! More requests than the hub accepts: the rest are told to try again, liveness checks and cached responses still work, and afterwards the hub
//! is as before.

use crate::support::{document, figures};
use anyhow::{Result, ensure};
use end_to_end::{Answer, Behaviour, Hub, Sources, TOKEN, eventually, index};
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;

/// The number of requests that `serve` accepts at once.
const ROOM: usize = 256;

/// Takes all slots with checks of a source that does not respond yet.
fn take_all_slots(hub: &Arc<Hub>, url: &str) -> JoinSet<Result<Answer>> {
    let mut waiting = JoinSet::new();
    for _ in 0..ROOM {
        let (hub, body) = (hub.clone(), json!({"url": url}));
        waiting.spawn(async move {
            // Owned by each attempt, since the task may move to another thread.
            eventually(move || {
                let (hub, body) = (hub.clone(), body.clone());
                async move {
                    let answer = hub.write(Method::POST, "/v1/check", &body).await?;
                    // While others read below, the last one may find no slot; it tries again, as it is told. On a busy machine the hub may
                    // also give up on the source before all slots are taken.
                    let gave_up = answer.status == 200 && answer.json()["http_status"].is_null();
                    Ok(Some(answer).filter(|answer| answer.status != 503 && !gave_up))
                }
            })
            .await
        });
    }
    waiting
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_told_when_to_come_back() -> Result<()> {
    let (hub, sources) = (Arc::new(Hub::start()?), Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a"]))).await?;
    // In the second of its composition, a document has no date and is cached only for that second.
    let served = eventually(async || {
        Ok(Some(hub.get("/v1/federated?format=json").await?)
            .filter(|answer| !answer.header("last-modified").is_empty()))
    })
    .await?;
    let url = sources.set("/held", Behaviour::Held(index(&["capability.held"]).into_bytes()));
    let mut waiting = take_all_slots(&hub, &url);
    let refused = eventually(async || {
        let answer = hub.send(hub.request(Method::GET, "/v1/repos").header("x-request-id", "asked-here")).await?;
        if answer.status == 503 {
            return Ok(Some(answer));
        }
        ensure!(answer.status == 200, "{answer:?}");
        // All of them hold their slots, so that in the end none is free.
        ensure!(waiting.try_join_next().is_none(), "one of them has an answer");
        Ok(None)
    })
    .await?;
    let problem = refused.json();
    ensure!(problem["code"] == "overloaded" && problem["request_id"] == "asked-here", "{refused:?}");
    ensure!(refused.header("content-type") == "application/problem+json" && refused.header("retry-after") == "1");
    // A write that finds a slot all the same changes nothing: its precondition fails.
    let write = eventually(async || {
        let request = hub.request(Method::PATCH, "/v1/repos/a").bearer_auth(TOKEN).header("if-match", "\"none\"");
        let write = hub.send(request.json(&json!({"domain": "e"}))).await?;
        Ok(Some(write).filter(|write| write.status != 412))
    })
    .await?;
    ensure!((write.status, write.header("retry-after")) == (503, "1"), "{write:?}");

    let alive = hub.get("/health/live").await?;
    ensure!(alive.status == 200, "whoever is asked too much is not dead: {alive:?}");
    let again = hub.get("/v1/federated?format=json").await?;
    ensure!(again.text == served.text, "what the host has at hand costs nothing: {again:?}");

    sources.index("/held", &index(&["capability.held"]));
    sources.release();
    let began = Instant::now();
    let mut checked = 0;
    while let Some(answer) = waiting.join_next().await {
        let answer = answer??;
        ensure!(answer.status == 200 && answer.json()["valid"] == true, "{answer:?}");
        checked += 1;
    }
    ensure!(checked == ROOM, "{checked}");
    let write = hub.write(Method::PATCH, "/v1/repos/a", &json!({"domain": "e"})).await?;
    ensure!(write.status == 200, "{write:?}");
    ensure!(document(&hub.get("/v1/federated?format=json").await?)? == 2);
    let metrics = hub.get("/metrics").await?.text;
    ensure!(metrics.contains("\nreuse_surface_host_problems_total{code=\"overloaded\"} "), "{metrics}");
    ensure!(hub.send(hub.request(Method::GET, "/v1/repos").bearer_auth(TOKEN)).await?.status == 200);
    figures(&format!(
        "{ROOM} requests at once, all answered {} ms after the source let go",
        began.elapsed().as_millis()
    ));
    Ok(())
}

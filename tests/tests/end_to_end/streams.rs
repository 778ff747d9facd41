//! `GET /v1/changes/stream` over sockets: a client that comes back loses and repeats nothing, whatever became of the hub meanwhile.

use anyhow::{Context as _, Result, ensure};
use end_to_end::{Hub, Sources, index};
use http::Method;

/// A client that follows the changes, as `EventSource` does.
struct Follower {
    response: reqwest::Response,
    text: String,
    last: String,
}

impl Follower {
    /// Connects, and continues after `last`, or from now on if that is empty.
    async fn connect(hub: &Hub, last: &str) -> Result<Self> {
        let request = hub.request(Method::GET, "/v1/changes/stream").header("Last-Event-ID", last);
        let response = request.send().await?.error_for_status()?;
        Ok(Self { response, text: String::new(), last: last.to_owned() })
    }

    /// The revision of the next event; `None` at the end of the stream, however it ends.
    async fn next(&mut self) -> Result<Option<u64>> {
        loop {
            let Some((block, rest)) = self.text.split_once("\n\n") else {
                match self.response.chunk().await {
                    Ok(Some(chunk)) => self.text.push_str(std::str::from_utf8(&chunk)?),
                    _ => return Ok(None),
                }
                continue;
            };
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            let (id, data) = (field("id: "), field("data: "));
            self.text = rest.to_owned();
            self.last = id.unwrap_or_else(|| self.last.clone());
            if let Some(data) = data {
                let event: serde_json::Value = serde_json::from_str(&data)?;
                let revision = event["revision"].as_u64();
                ensure!(self.last.parse().ok() == revision, "{event} has the id {}", self.last);
                return Ok(revision);
            }
        }
    }
}

async fn publish(hub: &Hub, sources: &Sources, repo: &str) -> Result<()> {
    hub.register(repo, &sources.index(&format!("/{repo}"), &index(&[&format!("capability.{repo}")]))).await
}

#[tokio::test]
async fn a_stream_goes_on_after_the_hub_was_killed_and_after_it_was_stopped() -> Result<()> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    let mut follower = Follower::connect(&hub, "").await?;
    publish(&hub, &sources, "a").await?;
    ensure!(follower.next().await? == Some(1));
    let hub = hub.kill_and_restart()?;
    ensure!(follower.next().await?.is_none());
    publish(&hub, &sources, "b").await?;
    publish(&hub, &sources, "c").await?;
    let mut follower = Follower::connect(&hub, &follower.last).await?;
    ensure!(follower.next().await? == Some(2) && follower.next().await? == Some(3));
    let mut hub = hub;
    // It fails if the hub had to abandon the stream.
    hub.restart()?;
    ensure!(follower.next().await?.is_none());
    let mut follower = Follower::connect(&hub, &follower.last).await?;
    publish(&hub, &sources, "d").await?;
    ensure!(follower.next().await? == Some(4));
    Ok(())
}

#[tokio::test]
async fn a_hub_that_stops_ends_its_streams_properly() -> Result<()> {
    let mut hub = Hub::start()?;
    let mut response = hub.request(Method::GET, "/v1/changes/stream").send().await?;
    response.chunk().await?.context("the first block")?;
    ensure!(hub.terminate()? == Some(0));
    while response.chunk().await.context("the body breaks off")?.is_some() {}
    Ok(())
}

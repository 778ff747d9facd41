//! Scripts from any origin may read, and none may write.

use anyhow::Result;
use end_to_end::{Answer, Hub};
use reqwest::Method;

async fn options(hub: &Hub, path: &str, lines: &[(&str, &str)]) -> Result<Answer> {
    let request = lines.iter().fold(hub.request(Method::OPTIONS, path), |r, (name, value)| r.header(*name, *value));
    hub.send(request).await
}

#[tokio::test]
async fn a_preflight_is_answered_on_every_path() -> Result<()> {
    let hub = Hub::start()?;
    for path in ["/", "/health", "/v1/repos", "/v1/repos/a", "/v1/federated", "/v1/federated/compose", "/nothing"] {
        for method in ["GET", "POST"] {
            let lines = [
                ("origin", "https://app.example.org"),
                ("access-control-request-method", method),
                ("access-control-request-headers", "if-none-match"),
            ];
            let answer = options(&hub, path, &lines).await?;
            assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD", "{path}: no write");
            let headers = answer.header("access-control-allow-headers");
            assert!(headers.contains("if-none-match") && !headers.contains("authorization"), "{headers}");
            assert_eq!(answer.header("access-control-max-age"), "86400");
            assert_eq!(answer.header("content-length"), "", "a 204 has none");
        }
    }
    Ok(())
}

#[tokio::test]
async fn without_an_origin_it_says_what_the_path_takes() -> Result<()> {
    let hub = Hub::start()?;
    for (path, allow) in [
        ("/v1/repos", "GET,HEAD,POST"),
        ("/v1/repos/a", "GET,HEAD,PATCH,DELETE"),
        ("/v1/federated", "GET,HEAD"),
        ("/v1/federated/compose", "POST"),
    ] {
        let answer = options(&hub, path, &[]).await?;
        assert_eq!((answer.status, answer.header("allow")), (204, allow), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), "", "{path}");
    }
    assert_eq!(options(&hub, "/nothing", &[]).await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn a_script_may_read_what_it_needs() -> Result<()> {
    let hub = Hub::start()?;
    let answer =
        hub.send(hub.request(Method::GET, "/v1/federated").header("origin", "https://app.example.org")).await?;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let exposed = answer.header("access-control-expose-headers");
    for name in [
        "etag",
        "link",
        "retry-after",
        "reuse-surface-revision",
        "reuse-surface-verified",
        "reuse-surface-mirrored",
        "x-request-id",
    ] {
        assert!(exposed.contains(name), "{name}");
    }
    Ok(())
}

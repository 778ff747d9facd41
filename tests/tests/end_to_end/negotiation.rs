//! Which representation of the document a client gets, over real sockets.

use anyhow::{Context as _, Result};
use end_to_end::{Answer, Hub, Sources, TOKEN, index};
use federation::time::{http_date, parse_http_date};
use flate2::read::GzDecoder;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::io::Read as _;

const PATH: &str = "/v1/federated";

async fn hub() -> Result<(Hub, Sources)> {
    let (hub, sources) = (Hub::start()?, Sources::start()?);
    hub.register("a", &sources.index("/a", &index(&["capability.a", "capability.b"]))).await?;
    Ok((hub, sources))
}

/// Returns status, headers and bytes; each header is sent on its own line.
async fn ask(hub: &Hub, method: Method, path: &str, lines: &[(&str, &str)]) -> Result<(u16, HeaderMap, Vec<u8>)> {
    let mut request = hub.request(method, path);
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let response = request.send().await?;
    Ok((response.status().as_u16(), response.headers().clone(), response.bytes().await?.to_vec()))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn accept_decides_by_weight_then_precision() -> Result<()> {
    let (hub, _sources) = hub().await?;
    let (yaml, json, none) = ("application/yaml", "application/json", "application/problem+json");
    for (accept, expected) in [
        (&["*/*"][..], yaml),
        (&["application/json"], json),
        (&["application/yaml"], yaml),
        (&["application/x-yaml"], yaml),
        (&["text/yaml;q=0.5"], yaml),
        (&["application/json, text/plain, */*"], json),
        (&["application/json, application/yaml"], yaml),
        (&["application/json;q=0.9, application/yaml;q=0.8"], json),
        (&["application/json;q=0, */*"], yaml),
        (&["application/yaml;q=0, */*"], json),
        (&["*/*;q=0.1", "application/json;q=0.2"], json),
        (&["text/html,application/xhtml+xml,*/*;q=0.8"], yaml),
        (&["application/json; charset=utf-8"], json),
        (&["application/json;profile=\"x,*/*\""], none),
        (&["text/html"], none),
        (&["*/*;q=0"], none),
        (&["nonsense"], yaml),
    ] {
        let lines: Vec<_> = accept.iter().map(|line| ("accept", *line)).collect();
        let (status, headers, body) = ask(&hub, Method::GET, PATH, &lines).await?;
        assert_eq!(header(&headers, "content-type"), expected, "{accept:?}");
        assert_eq!(status, if expected == none { 406 } else { 200 }, "{accept:?}");
        if expected == none {
            let problem: Value = serde_json::from_slice(&body)?;
            assert_eq!(problem["code"], "not-acceptable");
            let detail = problem["detail"].as_str().context("a detail")?;
            assert!(detail.contains(yaml) && detail.contains(json), "{detail}");
        } else {
            assert_eq!(header(&headers, "vary"), "accept, accept-encoding");
        }
    }
    let (status, headers, _) = ask(&hub, Method::GET, "/v1/federated?format=json", &[("accept", "text/html")]).await?;
    assert_eq!((status, header(&headers, "content-type")), (200, json), "`format` overrides");
    assert_eq!(header(&headers, "vary"), "accept-encoding");
    Ok(())
}

#[tokio::test]
async fn gzip_is_a_representation_of_its_own() -> Result<()> {
    let (hub, _sources) = hub().await?;
    for format in ["yaml", "json"] {
        let path = format!("{PATH}?format={format}");
        let (_, plain_headers, plain) = ask(&hub, Method::GET, &path, &[]).await?;
        assert_eq!(header(&plain_headers, "content-encoding"), "");
        assert_eq!(header(&plain_headers, "content-length"), plain.len().to_string());
        let (status, headers, packed) = ask(&hub, Method::GET, &path, &[("accept-encoding", "br, gzip")]).await?;
        assert_eq!((status, header(&headers, "content-encoding")), (200, "gzip"));
        assert_eq!(header(&headers, "content-length"), packed.len().to_string());
        let mut inflated = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut inflated)?;
        assert_eq!(inflated, plain);
        assert_ne!(header(&headers, "etag"), header(&plain_headers, "etag"));
        let again = ask(&hub, Method::GET, &path, &[("accept-encoding", "gzip")]).await?;
        assert_eq!((again.2, header(&again.1, "etag")), (packed, header(&headers, "etag")));
    }
    for (coding, expected) in [
        ("gzip;q=0", Some("")),
        ("gzip;q=0.2, identity;q=0.8", Some("")),
        ("identity", Some("")),
        ("br", Some("")),
        ("*", Some("gzip")),
        ("identity;q=0, *;q=0.5", Some("gzip")),
        ("identity;q=0", None),
        ("*;q=0", None),
    ] {
        let (status, headers, body) = ask(&hub, Method::GET, PATH, &[("accept-encoding", coding)]).await?;
        match expected {
            Some(expected) => assert_eq!((status, header(&headers, "content-encoding")), (200, expected), "{coding}"),
            None => {
                let problem: Value = serde_json::from_slice(&body)?;
                assert_eq!((status, &problem["code"]), (406, &json!("not-acceptable")), "{coding}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn whoever_has_it_gets_304_without_a_body_and_its_headers() -> Result<()> {
    let (hub, _sources) = hub().await?;
    for accept in ["application/yaml", "application/json"] {
        for coding in ["identity", "gzip"] {
            let asked = [("accept", accept), ("accept-encoding", coding)];
            let (_, whole, _) = ask(&hub, Method::GET, PATH, &asked).await?;
            let etag = header(&whole, "etag").to_owned();
            for list in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
                let with_tag = [&asked[..], &[("if-none-match", list.as_str())]].concat();
                let (status, headers, body) = ask(&hub, Method::GET, PATH, &with_tag).await?;
                assert_eq!((status, body.len()), (304, 0), "{accept} {coding} {list}");
                for name in
                    ["etag", "cache-control", "vary", "link", "reuse-surface-revision", "reuse-surface-verified"]
                {
                    assert!(!header(&headers, name).is_empty(), "{name}");
                    assert_eq!(header(&headers, name), header(&whole, name), "{name}");
                }
                for name in ["content-type", "content-length", "content-encoding", "transfer-encoding"] {
                    assert_eq!(headers.get(name), None, "{name} says nothing about a body that is not there");
                }
            }
            let with_other = [&asked[..], &[("if-none-match", "\"other\"")]].concat();
            assert_eq!(ask(&hub, Method::GET, PATH, &with_other).await?.0, 200);
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_date_counts_where_no_tag_is_named() -> Result<()> {
    let (hub, _sources) = hub().await?;
    // `Last-Modified` is sent from the second after the composition on, when no other revision can have the same date.
    let mut modified = String::new();
    while modified.is_empty() {
        let (_, headers, _) = ask(&hub, Method::GET, PATH, &[]).await?;
        modified = header(&headers, "last-modified").to_owned();
    }
    let earlier = http_date(parse_http_date(&modified).context("a date")? - 1);
    for (lines, status) in [
        (&[("if-modified-since", modified.as_str())][..], 304),
        (&[("if-modified-since", earlier.as_str())], 200),
        (&[("if-modified-since", "yesterday")], 200),
        (&[("if-modified-since", modified.as_str()), ("if-none-match", "\"other\"")], 200),
        (&[("if-modified-since", earlier.as_str()), ("if-none-match", "*")], 304),
    ] {
        let (answered, headers, _) = ask(&hub, Method::GET, PATH, lines).await?;
        assert_eq!((answered, header(&headers, "last-modified")), (status, modified.as_str()), "{lines:?}");
    }
    Ok(())
}

#[tokio::test]
async fn head_has_the_headers_of_get() -> Result<()> {
    let (hub, _sources) = hub().await?;
    let described = |mut headers: HeaderMap| {
        for own in ["x-request-id", "date", "last-modified", "reuse-surface-memo"] {
            headers.remove(own);
        }
        let mut described: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?"))).collect();
        described.sort();
        described
    };
    for path in [PATH, "/v1/federated?format=json", "/v1/federated?format=xml", "/v1/repos", "/v1/federated/manifest"] {
        for lines in [&[][..], &[("accept-encoding", "gzip")], &[("if-none-match", "*")]] {
            let (status, get, _) = ask(&hub, Method::GET, path, lines).await?;
            let (head_status, head, body) = ask(&hub, Method::HEAD, path, lines).await?;
            assert_eq!((head_status, body.len()), (status, 0), "{path} {lines:?}");
            if status != 304 {
                assert!(get.contains_key("content-length"), "{path}");
            }
            // A problem contains the request id, and all ids have the same length.
            assert_eq!(described(head), described(get), "{path} {lines:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn caches_are_told_what_they_may_do() -> Result<()> {
    let (hub, _sources) = hub().await?;
    let current = "public, max-age=0, stale-while-revalidate=30";
    let for_good = "public, max-age=31536000, immutable";
    let digest = hub.document().await?["sources"][0]["index_digest"].as_str().context("a digest")?.to_owned();
    for (path, expected) in [
        (PATH.to_owned(), current),
        ("/v1/federated?repo=a".to_owned(), current),
        ("/v1/federated/manifest".to_owned(), current),
        ("/v1/federated?max_staleness=3600".to_owned(), "public, no-cache"),
        ("/v1/federated?revision=1".to_owned(), for_good),
        ("/v1/federated/manifest?revision=1".to_owned(), "public, no-cache"),
        (format!("/v1/indexes/{digest}"), for_good),
        ("/v1/repos".to_owned(), "public, no-cache"),
        ("/v1/federated/revisions".to_owned(), "public, no-cache"),
        ("/v1/changes?since=0".to_owned(), "public, no-cache"),
    ] {
        let answer = hub.get(&path).await?;
        assert_eq!((answer.status, answer.header("cache-control")), (200, expected), "{path}");
        let etag = answer.header("etag").to_owned();
        assert!(etag.starts_with('"') && etag.len() > 2, "{path}");
        let again = hub.send(hub.request(Method::GET, &path).header("if-none-match", &etag)).await?;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", etag.as_str()), "{path}");
        assert_eq!(again.header("cache-control"), expected, "{path}");
        assert_eq!(again.header("content-type"), "", "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_list_changes_its_tag_with_its_content() -> Result<()> {
    let (hub, sources) = hub().await?;
    let paths = ["/v1/repos", "/v1/federated/manifest", "/v1/federated/revisions", "/v1/changes?since=0"];
    let mut tags = Vec::new();
    for path in paths {
        tags.push(hub.get(path).await?.header("etag").to_owned());
    }
    hub.register("b", &sources.index("/b", &index(&["capability.c"]))).await?;
    for (path, tag) in paths.into_iter().zip(tags) {
        let answer = hub.send(hub.request(Method::GET, path).header("if-none-match", &tag)).await?;
        assert_eq!(answer.status, 200, "{path}");
        assert_ne!(answer.header("etag"), tag, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_are_linked() -> Result<()> {
    let (hub, sources) = hub().await?;
    for repo in ["b", "c", "d", "e"] {
        hub.register(repo, &sources.index(&format!("/{repo}"), &index(&["capability.x"]))).await?;
        let token = json!({"name": repo, "scopes": ["compose"]});
        assert_eq!(hub.write(Method::POST, "/v1/tokens", &token).await?.status, 201);
    }
    let read = async |path: &str| hub.send(hub.request(Method::GET, path).bearer_auth(TOKEN)).await;
    for (path, list, parameter) in [
        ("/v1/repos?limit=2&domain=test", "repos", "domain=test"),
        ("/v1/federated/revisions?limit=2", "revisions", "limit=2"),
        ("/v1/changes?since=0&limit=2", "items", "limit=2"),
        ("/v1/capabilities?q=capability&limit=2&domain=test", "capabilities", "q=capability"),
        ("/v1/capabilities/capability.x?limit=1&fields=name", "entries", "fields=name"),
        ("/v1/events?limit=2&actor=bootstrap", "events", "actor=bootstrap"),
        ("/v1/tokens?limit=1&state=active", "tokens", "state=active"),
    ] {
        let items_of = |page: &Answer| page.json()[list].as_array().cloned().context("a list");
        let whole = items_of(&read(&path.replace("limit=2", "limit=100").replace("limit=1&", "limit=100&")).await?)?;
        let (mut path, mut pages, mut items) = (path.to_owned(), 0, Vec::new());
        loop {
            let page = read(&path).await?;
            pages += 1;
            items.extend(items_of(&page)?);
            let link = page.header("link");
            assert_eq!(link.is_empty(), page.json()["next"].is_null(), "{path}");
            let Some(next) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) else {
                break;
            };
            assert!(next.contains(parameter), "{next} keeps what was asked for");
            path = next.to_owned();
        }
        assert!(pages >= 3 && items == whole, "{list}: {pages} pages with {items:?} instead of {whole:?}");
    }
    Ok(())
}

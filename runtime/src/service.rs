//! The entry point of every request: assigns its id, gets its response, logs it and counts it.

use crate::budget::{Budget, holding};
use crate::dispatch::Dispatch;
use crate::incoming;
use crate::limits::Limits;
use crate::memo::{self, Entry, Memo};
use crate::metrics::{Metrics, Reservation, Tally, exposition};
use crate::problem::Problem;
use crate::request_id;
use crate::version::Version;
use api::exposition::Exposition;
use api::headers::REQUEST_ID;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header, response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, Limited};
use std::error::Error as StdError;
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime_wasi_http::WasiBody;

/// Largest body of a response to a liveness probe, in bytes. It is copied, outside the budget.
const MAX_VITAL_BYTES: usize = 4 << 10;

pub(crate) struct HttpService {
    pub(crate) dispatch: Dispatch,
    pub(crate) memo: Memo,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) limits: Arc<Limits>,
    /// The base URL for clients, without a trailing slash.
    pub(crate) public_url: String,
}

/// A response, and the counters for it.
struct Answer {
    response: Response<WasiBody>,
    tally: Tally,
}

impl HttpService {
    /// Returns the response once its head is there; the body may still be on its way.
    pub(crate) async fn answer<B>(&self, request: Request<B>, peer: SocketAddr) -> Response<WasiBody>
    where
        B: Body<Data = Bytes, Error: StdError + Send + Sync + 'static>,
    {
        let started = Instant::now();
        let _in_flight = Reservation::new(&self.metrics.in_flight);
        let id = request_id::of(request.headers());
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let answer = self.ask(request, peer, &id).await;
        let answer = answer.unwrap_or_else(|problem| self.problem(problem, &method, &id));
        self.report(answer, &method, &uri, &id, started)
    }

    /// The response to a request that the component never sees.
    pub(crate) fn refuse<B>(&self, request: &Request<B>, problem: Problem) -> Response<WasiBody> {
        let (started, id) = (Instant::now(), request_id::of(request.headers()));
        let answer = self.problem(problem, request.method(), &id);
        self.report(answer, request.method(), request.uri(), &id, started)
    }

    fn problem(&self, problem: Problem, method: &Method, id: &HeaderValue) -> Answer {
        let request_id = id.to_str().unwrap_or_default();
        tracing::warn!(request_id, ?problem, "the host responded in place of the component");
        self.metrics.problem(problem.code());
        let mut response = problem.response(&self.public_url, id);
        let tally = self.metrics.tally(response.headers_mut(), method, problem.status());
        Answer { response, tally }
    }

    /// Counts a response and logs it.
    fn report(
        &self,
        Answer { response, tally }: Answer,
        method: &Method,
        uri: &Uri,
        id: &HeaderValue,
        started: Instant,
    ) -> Response<WasiBody> {
        let took = started.elapsed();
        tally.count(took);
        tracing::info!(
            target: "access",
            request_id = id.to_str().unwrap_or_default(),
            method = method.as_str(),
            path = uri.path(),
            route = &*tally.route,
            status = response.status().as_u16(),
            microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            bytes = length(&response),
        );
        response
    }

    async fn ask<B>(&self, request: Request<B>, peer: SocketAddr, id: &HeaderValue) -> Result<Answer, Problem>
    where
        B: Body<Data = Bytes, Error: StdError + Send + Sync + 'static>,
    {
        let authority = incoming::authority(&request)?;
        // A probe waits for no other request, not even for a slow response to another key.
        let vital = self.dispatch.is_vital(request.uri());
        let mut cacheable = match memo::key(&request).filter(|_| !vital) {
            Some(key) => self.memo.version().await.map(|version| (key, version)),
            None => None,
        };
        let look = |key: &[u8], version| self.memo.look(key, version, Instant::now());
        if let Some(entry) = cacheable.as_ref().and_then(|(key, version)| look(key, *version)) {
            return Ok(repeated(&entry, id));
        }
        let method = request.method().clone();
        let request = incoming::receive(request, self.limits.body, self.limits.body_time, &self.budget).await?;
        // Identical requests wait for the first one and share its response. Otherwise each would
        // build the same costly document.
        let mut turn = None;
        if let Some((key, version)) = &mut cacheable
            && !self.memo.is_uncacheable(key, *version)
        {
            turn = self.memo.fill_lock(key).await;
            let mut found = look(key, *version);
            if found.is_none() {
                // There may have been commits meanwhile. A response is valid for the version that was read before the component was called.
                *version = self.memo.version().await.unwrap_or(*version);
                found = look(key, *version);
            }
            if let Some(entry) = found {
                return Ok(repeated(&entry, id));
            }
            if self.memo.is_uncacheable(key, *version) {
                turn = None;
            }
        }
        let request = incoming::prepare(request, authority, peer, id)?;
        let (mut head, body) = self.dispatch.answer(request).await?.into_parts();
        let max_age = memo::take_max_age(&mut head.headers);
        let tally = self.metrics.tally(&mut head.headers, &method, head.status);
        if let (Some((key, version)), None) = (&cacheable, max_age) {
            self.memo.mark_uncacheable(key, *version);
        }
        let response = match (cacheable, max_age) {
            (Some((key, version)), Some(max_age)) => {
                self.keep(&key, head, body, &tally, &method, version, max_age).await?
            }
            _ if vital => released(head, body, &method).await?,
            _ => match exposition(&head.headers) {
                Some(format) => self.with_own_metrics(head, body, &method, format).await?,
                None => Response::from_parts(head, body),
            },
        };
        drop(turn);
        Ok(Answer { response, tally })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of an entry")]
    async fn keep(
        &self,
        key: &[u8],
        head: response::Parts,
        body: WasiBody,
        tally: &Tally,
        method: &Method,
        version: Version,
        max_age: Duration,
    ) -> Result<Response<WasiBody>, Problem> {
        self.metrics.memo_misses.inc();
        let length = if has_body(method, head.status) { announced(&head.headers) } else { Some(0) };
        let Some(room) = length.and_then(|length| self.memo.room(key, length)) else {
            self.memo.mark_uncacheable(key, version);
            return Ok(Response::from_parts(head, body));
        };
        // The body has the announced length: the component's output stream ensures that. It is copied because the
        // chunks hold this request's slot.
        let body = holding(whole(body, method, head.status).await?.to_vec(), room);
        let entry = Entry {
            status: head.status,
            headers: head.headers.clone(),
            body: body.clone(),
            tally: tally.clone(),
            version,
            until: Instant::now() + max_age,
        };
        self.memo.keep(key, Arc::new(entry));
        Ok(Response::from_parts(head, full(body)))
    }

    /// Merges the metrics of the component and of the host into one text.
    async fn with_own_metrics(
        &self,
        mut head: response::Parts,
        body: WasiBody,
        method: &Method,
        format: Exposition,
    ) -> Result<Response<WasiBody>, Problem> {
        head.headers.remove(header::CONTENT_LENGTH);
        let body = whole(body, method, head.status).await?;
        let text = self.metrics.append_to(&String::from_utf8_lossy(&body), format);
        Ok(Response::from_parts(head, full(if *method == Method::HEAD { Bytes::new() } else { text.into() })))
    }
}

fn repeated(entry: &Entry, id: &HeaderValue) -> Answer {
    let mut response = Response::new(full(entry.body.clone()));
    *response.status_mut() = entry.status;
    response.headers_mut().clone_from(&entry.headers);
    response.headers_mut().insert(REQUEST_ID, id.clone());
    Answer { response, tally: entry.tally.clone() }
}

/// The response to a probe, without the slot that it holds: the client may leave it unread.
async fn released(head: response::Parts, body: WasiBody, method: &Method) -> Result<Response<WasiBody>, Problem> {
    let body = whole(Limited::new(body, MAX_VITAL_BYTES), method, head.status).await?;
    // A copy, because the chunks hold the slot.
    Ok(Response::from_parts(head, full(Bytes::copy_from_slice(&body))))
}

/// The whole body, if there is one: a response to `HEAD` announces a body that never comes.
async fn whole<B>(body: B, method: &Method, status: StatusCode) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes, Error: Display>,
{
    if !has_body(method, status) {
        return Ok(Bytes::new());
    }
    match body.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => {
            tracing::error!(%error, "the component's response broke off");
            Err(Problem::InstanceFailed)
        }
    }
}

fn has_body(method: &Method, status: StatusCode) -> bool {
    *method != Method::HEAD && status != StatusCode::NOT_MODIFIED && status != StatusCode::NO_CONTENT
}

fn full(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The length of the body in bytes, if it is known yet.
fn length(response: &Response<WasiBody>) -> Option<u64> {
    response.body().size_hint().exact().or_else(|| announced(response.headers()).map(|length| length as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sending::holding_until_sent;
    use tokio::sync::Semaphore;

    fn probed(bytes: usize, places: &Arc<Semaphore>) -> (response::Parts, WasiBody) {
        let place = Arc::clone(places).try_acquire_owned().unwrap();
        let body = full(vec![b'x'; bytes].into());
        Response::new(holding_until_sent(body, place)).into_parts()
    }

    #[tokio::test]
    async fn a_probe_that_is_not_read_holds_no_place() {
        let places = Arc::new(Semaphore::new(1));
        let (head, body) = probed(2, &places);
        let mut response = released(head, body, &Method::GET).await.unwrap();
        let queued = response.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!((&queued[..], places.available_permits()), (&b"xx"[..], 1));
        let (head, body) = probed(2, &places);
        let response = released(head, body, &Method::HEAD).await.unwrap();
        assert_eq!((length(&response), places.available_permits()), (Some(0), 1));
    }

    #[tokio::test]
    async fn a_probe_copies_little() {
        let places = Arc::new(Semaphore::new(1));
        let (head, body) = probed(MAX_VITAL_BYTES + 1, &places);
        assert_eq!(released(head, body, &Method::GET).await.unwrap_err(), Problem::InstanceFailed);
        assert_eq!(places.available_permits(), 1);
    }
}

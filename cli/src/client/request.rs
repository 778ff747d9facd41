//! A request to the hub.

use super::{Base, Token};
use api::headers::MERGE_PATCH;
use api::paths::segments;
use api::query::pairs;
use reqwest::header::{ACCEPT, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde_json::Value;

/// A request that has not been sent.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    method: Method,
    path: &'static str,
    name: Option<&'a str>,
    query: Vec<(String, String)>,
    body: Option<(&'static str, Vec<u8>)>,
    if_match: Option<&'a str>,
    if_none_match: Option<&'a str>,
    accept: &'static str,
    authorised: bool,
}

impl<'a> Request<'a> {
    /// Reads the resource at `path`, one of [`api::paths`].
    pub(crate) fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Posts to `path`.
    pub(crate) fn post(path: &'static str) -> Self {
        Self::new(Method::POST, path)
    }

    /// Sets the resource at `path`.
    pub(crate) fn put(path: &'static str) -> Self {
        Self::new(Method::PUT, path)
    }

    /// Changes the resource at `path` with a JSON merge patch (RFC 7396).
    pub(crate) fn merge_patch(path: &'static str, patch: Value) -> Self {
        Self { body: Some((MERGE_PATCH, patch.to_string().into())), ..Self::new(Method::PATCH, path) }
    }

    /// Deletes the resource at `path`.
    pub(crate) fn delete(path: &'static str) -> Self {
        Self::new(Method::DELETE, path)
    }

    fn new(method: Method, path: &'static str) -> Self {
        Self {
            method,
            path,
            name: None,
            query: Vec::new(),
            body: None,
            if_match: None,
            if_none_match: None,
            accept: "application/json, application/problem+json",
            authorised: false,
        }
    }

    /// Sets the parameter of the path; the value is taken literally and percent-encoded.
    pub(crate) fn named(self, name: &'a str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Adds query parameters: the set fields of a query type of [`api`].
    pub(crate) fn query(mut self, parameters: &impl Serialize) -> Self {
        self.query.extend(pairs(parameters));
        self
    }

    /// Adds a JSON body.
    pub(crate) fn json(self, body: Value) -> Self {
        self.bytes("application/json", body.to_string().into())
    }

    /// Adds a body of this media type.
    pub(crate) fn bytes(mut self, media_type: &'static str, body: Vec<u8>) -> Self {
        self.body = Some((media_type, body));
        self
    }

    /// Makes the request fail unless the resource still has this ETag.
    pub(crate) fn if_match(mut self, etag: Option<&'a str>) -> Self {
        self.if_match = etag;
        self
    }

    /// Requests a full response only if the resource no longer has this ETag.
    pub(crate) fn if_none_match(mut self, etag: &'a str) -> Self {
        self.if_none_match = Some(etag);
        self
    }

    /// Sends the token with a read, for the few reads that are not public.
    pub(crate) fn authorised(self) -> Self {
        Self { authorised: true, ..self }
    }

    /// Accepts any media type.
    pub(super) fn of_any_type(self) -> Self {
        Self { accept: "*/*", ..self }
    }

    pub(super) fn needs_token(&self) -> bool {
        self.authorised || self.method != Method::GET
    }

    pub(super) fn build(self, http: &reqwest::Client, base: &Base, token: Option<&Token>) -> RequestBuilder {
        let url = base.endpoint(&segments(self.path, self.name.as_slice()), &self.query);
        let mut request = http.request(self.method, url).header(ACCEPT, self.accept);
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        if let Some(etag) = self.if_match {
            request = request.header(IF_MATCH, etag);
        }
        if let Some(etag) = self.if_none_match {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some((content_type, body)) = self.body {
            request = request.header(CONTENT_TYPE, content_type).body(body);
        }
        request
    }
}

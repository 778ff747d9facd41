//! A request to the hub.

use reqwest::header::{ACCEPT, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Base, Token};

/// A request that has not been sent.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    method: Method,
    path: Vec<&'a str>,
    query: Vec<(&'static str, String)>,
    body: Option<(&'static str, Value)>,
    if_match: Option<&'a str>,
    if_none_match: Option<&'a str>,
    accept: &'static str,
    authorised: bool,
}

impl<'a> Request<'a> {
    /// Reads the resource at `path`, given as its segments.
    pub(crate) fn get(path: &[&'a str]) -> Self {
        Self::new(Method::GET, path)
    }

    /// Posts to `path`.
    pub(crate) fn post(path: &[&'a str]) -> Self {
        Self::new(Method::POST, path)
    }

    /// Changes the resource at `path` by a JSON merge patch (RFC 7396).
    pub(crate) fn merge_patch(path: &[&'a str], patch: Value) -> Self {
        Self { body: Some(("application/merge-patch+json", patch)), ..Self::new(Method::PATCH, path) }
    }

    /// Deletes the resource at `path`.
    pub(crate) fn delete(path: &[&'a str]) -> Self {
        Self::new(Method::DELETE, path)
    }

    fn new(method: Method, path: &[&'a str]) -> Self {
        Self {
            method,
            path: path.to_vec(),
            query: Vec::new(),
            body: None,
            if_match: None,
            if_none_match: None,
            accept: "application/json, application/problem+json",
            authorised: false,
        }
    }

    /// Adds a query parameter, if there is a value for it.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Adds `name=true` if `set`.
    pub(crate) fn flag(self, name: &'static str, set: bool) -> Self {
        self.query(name, set.then_some("true"))
    }

    /// Adds a JSON body.
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(("application/json", body));
        self
    }

    /// Asks for the request to fail unless the resource still has this ETag.
    pub(crate) fn if_match(mut self, etag: Option<&'a str>) -> Self {
        self.if_match = etag;
        self
    }

    /// Asks for a whole answer only if the resource no longer has this ETag.
    pub(crate) fn if_none_match(mut self, etag: &'a str) -> Self {
        self.if_none_match = Some(etag);
        self
    }

    /// Sends the token with a read, for the few that are not public.
    pub(crate) fn authorised(self) -> Self {
        Self { authorised: true, ..self }
    }

    /// Takes whatever is there.
    pub(super) fn of_any_type(self) -> Self {
        Self { accept: "*/*", ..self }
    }

    pub(super) fn needs_token(&self) -> bool {
        self.authorised || self.method != Method::GET
    }

    pub(super) fn build(self, http: &reqwest::Client, base: &Base, token: Option<&Token>) -> RequestBuilder {
        let url = base.endpoint(&self.path, &self.query);
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
            request = request.header(CONTENT_TYPE, content_type).body(body.to_string());
        }
        request
    }
}

//! What the operator trusts: issuers of identities, and which of their jobs may publish which repo.

use super::members::members;
use crate::{name, source_url, yaml};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

/// Longest configuration, in bytes.
const MAX_BYTES: usize = 256 * 1024;
const MAX_ISSUERS: usize = 20;
/// Rules of all issuers together.
const MAX_RULES: usize = 1000;
const MAX_CLAIMS: usize = 20;
/// Largest answer of a discovery endpoint, in bytes.
const MAX_DISCOVERY_BYTES: usize = 64 * 1024;

/// Claims that say which repository a job belongs to. The jobs of strangers have other values.
pub(super) const REPOSITORY: [&str; 4] = ["repository_id", "repository", "project_id", "project_path"];
/// Those of them that are never reassigned, whoever takes over a name.
const FOREVER: [&str; 2] = ["repository_id", "project_id"];
/// Claims that the hub checks itself.
const OWN: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sha"];

/// The issuers of a hub; none by default.
#[derive(Clone, Debug, Default)]
pub struct Issuers(Vec<Issuer>);

/// An issuer that the operator trusts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// `iss` of its tokens, exactly.
    pub issuer: String,
    /// `aud` of its tokens, so that tokens for another audience are refused.
    pub audience: String,
    /// Where its keys are, if not where its discovery document says.
    pub jwks_url: Option<String>,
    /// Which jobs may publish what.
    pub rules: Vec<Rule>,
}

/// Jobs with these claims may publish this repo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The name of the registration.
    pub repo: String,
    /// What the claims of the token must be.
    claims: BTreeMap<String, Value>,
}

impl Issuers {
    /// Reads the configuration: YAML or JSON, a list. An empty text configures none.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        if text.len() > MAX_BYTES {
            return Err(format!("it has more than {MAX_BYTES} bytes"));
        }
        let value = yaml::parse(text).map_err(|error| error.to_string())?;
        let issuers = Vec::<Issuer>::deserialize(value).map_err(|error| error.to_string())?;
        if issuers.len() > MAX_ISSUERS || issuers.iter().map(|it| it.rules.len()).sum::<usize>() > MAX_RULES {
            return Err(format!("it has more than {MAX_ISSUERS} issuers or {MAX_RULES} rules"));
        }
        for (place, issuer) in issuers.iter().enumerate() {
            issuer.check()?;
            let same = |other: &Issuer| other.issuer.trim_end_matches('/') == issuer.issuer.trim_end_matches('/');
            if issuers.iter().skip(place + 1).any(same) {
                return Err(format!("the issuer `{}` occurs twice", issuer.issuer));
            }
        }
        Ok(Self(issuers))
    }

    /// Whether there are none, so that no identity is accepted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The issuer with exactly this name.
    pub fn named(&self, name: &str) -> Option<&Issuer> {
        self.0.iter().find(|issuer| issuer.issuer == name)
    }

    /// Repos with a rule that identifies a repository only by its name, which may get another owner one day.
    pub fn by_name_only(&self) -> impl Iterator<Item = &str> {
        let rules = self.0.iter().flat_map(|issuer| &issuer.rules);
        rules
            .filter(|rule| !FOREVER.iter().any(|claim| rule.claims.contains_key(*claim)))
            .map(|rule| rule.repo.as_str())
    }
}

impl Issuer {
    fn check(&self) -> Result<(), String> {
        let name = &self.issuer;
        address(name).filter(|url| url.query().is_none()).ok_or_else(|| {
            format!("the issuer `{name}` is not an https URL without a query (http only on this machine)")
        })?;
        if self.audience.is_empty() || self.audience.len() > 1000 {
            return Err(format!("the audience of `{name}` is empty or too long"));
        }
        if let Some(url) = &self.jwks_url {
            address(url).ok_or_else(|| format!("the `jwks_url` of `{name}` is not an https URL"))?;
        }
        self.rules.iter().try_for_each(|rule| rule.check().map_err(|why| format!("a rule of `{name}` {why}")))
    }

    /// Where its discovery document is.
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))
    }

    /// The issuer as part of an actor's name: `github`, or its host.
    pub(super) fn short(&self) -> String {
        let host = Url::parse(&self.issuer).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        if host == "token.actions.githubusercontent.com" { "github".to_owned() } else { host }
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        let repo = &self.repo;
        if !name::is_repo(repo) {
            return Err("has a `repo` that is not a valid name".to_owned());
        }
        let has = |claim: &str| self.claims.contains_key(claim);
        let scalar = |value: &Value| value.is_string() || value.is_i64() || value.is_u64() || value.is_boolean();
        match () {
            () if self.claims.len() > MAX_CLAIMS => Err(format!("for `{repo}` has more than {MAX_CLAIMS} claims")),
            () if !self.claims.values().all(scalar) => {
                Err(format!("for `{repo}` has a claim that is not text, an integer or a boolean"))
            }
            () if OWN.iter().any(|claim| has(claim)) => {
                Err(format!("for `{repo}` has one of the claims {}, which the hub checks itself", OWN.join(", ")))
            }
            () if !REPOSITORY.iter().any(|claim| has(claim)) => {
                Err(format!("for `{repo}` does not say whose jobs it covers: add one of {}", REPOSITORY.join(", ")))
            }
            // A branch and a tag of GitLab may have the same name.
            () if !(has("ref_path") || self.names_a_whole_ref() || has("ref") && has("ref_type")) => Err(format!(
                "for `{repo}` does not say which branch it covers: add `ref` as `refs/heads/main`, or `ref` and `ref_type` for GitLab"
            )),
            () => Ok(()),
        }
    }

    /// Whether `ref` alone says which branch or tag. With GitLab, it never does.
    fn names_a_whole_ref(&self) -> bool {
        let is_gitlab = ["project_id", "project_path"].iter().any(|claim| self.claims.contains_key(*claim));
        !is_gitlab && self.claims.get("ref").and_then(Value::as_str).is_some_and(|name| name.starts_with("refs/"))
    }

    /// The claims of this rule that `given` does not fulfil, by name.
    pub(super) fn missed(&self, given: impl Fn(&str) -> Option<String>) -> Vec<&str> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let claims = self.claims.iter().filter(|(name, wanted)| given(name) != Some(text(wanted)));
        claims.map(|(name, _)| name.as_str()).collect()
    }
}

/// Where the keys of an issuer are, by its discovery document. `None` if the document is that of another issuer, or names no address that
/// keys may be at.
pub fn keys_address(issuer: &Issuer, discovery: &[u8]) -> Option<String> {
    if discovery.len() > MAX_DISCOVERY_BYTES {
        return None;
    }
    let document = members(discovery)?;
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let url = text("jwks_uri").filter(|_| text("issuer") == Some(issuer.issuer.as_str()))?;
    address(url).map(|_| url.to_owned())
}

/// An address that keys may come from: one where nobody on the network can replace them.
fn address(text: &str) -> Option<Url> {
    let url = source_url::parse(text).ok().filter(|url| url.fragment().is_none())?;
    (url.scheme() == "https" || source_url::is_loopback(&url)).then_some(url)
}

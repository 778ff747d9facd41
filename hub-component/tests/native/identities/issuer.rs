//! An issuer of identities: its keys, generated for this run, and tokens as the forges document them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1v15::SigningKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;
use std::sync::LazyLock;

pub const SHA: &str = "28e1879d029cb852e4844d9c718537df08844e03";

/// An RSA key of an issuer.
pub struct Key {
    pub kid: &'static str,
    private: rsa::PrivateKey,
}

/// Keys that are generated once for all tests of a run. The third belongs to no issuer.
pub static FIRST: LazyLock<Key> = LazyLock::new(|| Key::of("first", 1));
pub static SECOND: LazyLock<Key> = LazyLock::new(|| Key::of("second", 2));
pub static STRANGE: LazyLock<Key> = LazyLock::new(|| Key::of("first", 3));

impl Key {
    fn of(kid: &'static str, seed: u64) -> Self {
        Self { kid, private: rsa::PrivateKey::new(&mut Seeded(seed, 0), 2048).expect("a key") }
    }

    /// The key as its issuer publishes it.
    pub fn public(&self) -> Value {
        let [n, e] = [self.private.n_bytes(), self.private.e_bytes()].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid, "n": n, "e": e})
    }

    /// A token with this key's usual header.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(
            &json!({"typ": "JWT", "alg": "RS256", "x5t": "eCrBYZ", "kid": self.kid}).to_string(),
            &claims.to_string(),
        )
    }

    /// A token made of these texts, valid JSON or not.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = SigningKey::<Sha256>::new(self.private.clone()).sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// An EC key of an issuer, and a token that it signs.
pub fn elliptic(kid: &str, claims: &Value) -> (Value, String) {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a key");
    let point = key.verifying_key().to_sec1_point(false);
    let [x, y] = [1, 33].map(|at| URL_SAFE_NO_PAD.encode(&point.as_bytes()[at..at + 32]));
    let header = json!({"typ": "JWT", "alg": "ES256", "kid": kid}).to_string();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
    let public = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": kid, "x": x, "y": y});
    (public, format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
}

/// An issuer's response at the address of its keys.
pub fn jwks(keys: &[&Key]) -> String {
    json!({"keys": keys.iter().map(|key| key.public()).collect::<Vec<_>>()}).to_string()
}

/// Random enough for keys that nobody uses, and the same in every run.
struct Seeded(u64, u64);

impl TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for chunk in to.chunks_mut(32) {
            self.1 += 1;
            let block = Sha256::digest([self.0.to_le_bytes(), self.1.to_le_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

/// The claims of a job of GitHub Actions, as its documentation shows them, at `now`.
pub fn github(now: i64) -> Value {
    json!({
        "jti": format!("id-{now}"), "sub": "repo:coulomb/a:ref:refs/heads/main", "aud": "https://hub.example.org",
        "ref": "refs/heads/main", "sha": SHA, "repository": "coulomb/a", "repository_owner": "coulomb", "actor_id": "12",
        "repository_visibility": "private", "repository_id": "74", "repository_owner_id": "65", "run_id": "4711", "run_number": "10",
        "run_attempt": "2", "runner_environment": "github-hosted", "actor": "octocat", "workflow": "publish", "head_ref": "", "base_ref": "",
        "event_name": "push", "ref_type": "branch", "ref_protected": "true",
        "job_workflow_ref": "coulomb/a/.github/workflows/reuse-surface.yml@refs/heads/main",
        "iss": "https://token.actions.githubusercontent.com", "nbf": now - 300, "exp": now + 600, "iat": now
    })
}

/// The same for GitLab CI.
pub fn gitlab(now: i64) -> Value {
    json!({
        "namespace_id": "72", "namespace_path": "coulomb", "project_id": "20", "project_path": "coulomb/a", "user_id": "1",
        "user_login": "sample-user", "user_email": "sample-user@example.com", "pipeline_id": "574", "pipeline_source": "push",
        "job_id": "302", "ref": "main", "ref_type": "branch", "ref_path": "refs/heads/main", "ref_protected": "true", "runner_id": 1,
        "runner_environment": "gitlab-hosted", "sha": SHA, "project_visibility": "public",
        "ci_config_ref_uri": "gitlab.com/coulomb/a//.gitlab-ci.yml@refs/heads/main", "ci_config_sha": SHA, "jti": format!("235b3a54-{now}"),
        "iat": now, "nbf": now - 5, "exp": now + 3600, "iss": "https://gitlab.com", "aud": "https://hub.example.org",
        "sub": "project_path:coulomb/a:ref_type:branch:ref:main"
    })
}

/// The same for Forgejo Actions, which sends no `jti`.
pub fn forgejo(now: i64) -> Value {
    json!({
        "actor": "a", "actor_id": "3", "base_ref": "", "event_name": "push", "head_ref": "", "ref": "refs/heads/main",
        "ref_protected": "false", "ref_type": "branch", "repository": "coulomb/a", "repository_id": "140", "repository_owner": "coulomb",
        "repository_owner_id": "9", "run_attempt": "1", "run_id": "7", "run_number": "7", "sha": SHA, "workflow": "reuse-surface.yml",
        "workflow_ref": "coulomb/a/.forgejo/workflows/reuse-surface.yml@refs/heads/main", "sub": "repo:coulomb/a:ref:refs/heads/main",
        "iss": "https://codeberg.org/api/actions", "aud": "https://hub.example.org", "iat": now, "nbf": now, "exp": now + 3600
    })
}

//! The form of an identity token: a JWS in compact serialisation whose payload is a JWT.

use super::Refused;
use super::members::members;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Longest identity token, in bytes. Those of the forges have some 2,000.
const MAX_BYTES: usize = 16 * 1024;

/// How a token is signed. All else is refused, above all `none` and symmetric algorithms, for which the public key would be the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A token whose signature has not been verified: nothing that it says may be believed yet.
#[derive(Debug)]
pub struct Signed<'a> {
    pub(super) algorithm: Algorithm,
    /// Name of the key that it is signed with.
    pub(super) kid: String,
    /// Header and payload as they were sent: what is signed.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
    pub(super) claims: Map<String, Value>,
}

impl<'a> Signed<'a> {
    /// Reads a token. Keys that it carries or points to (`jwk`, `jku`, `x5c`, `x5u`) are never used.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(token: &'a str) -> Result<Self, Refused> {
        if token.len() > MAX_BYTES {
            return Err(Refused::NotValid("it is longer than 16 KiB".to_owned()));
        }
        let malformed = || Refused::NotValid("it is not a signed JSON Web Token".to_owned());
        let (signed, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        // The decoder accepts only one spelling of each text, so a token cannot be sent again in another.
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed());
        let header = members(&decode(header)?).ok_or_else(malformed)?;
        let claims = members(&decode(payload)?).ok_or_else(malformed)?;
        let signature = decode(signature)?;
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        let algorithm = match text("alg") {
            Some("RS256") => Algorithm::Rs256,
            Some("ES256") => Algorithm::Es256,
            _ => return Err(Refused::NotValid("`alg` of its header is neither RS256 nor ES256".to_owned())),
        };
        if header.contains_key("crit") {
            return Err(Refused::NotValid("its header has `crit`, which this hub does not support".to_owned()));
        }
        let kid = text("kid").filter(|kid| !kid.is_empty());
        let kid = kid.ok_or_else(|| Refused::NotValid("its header has no `kid`".to_owned()))?.to_owned();
        Ok(Self { algorithm, kid, signed, signature, claims })
    }

    /// The issuer that it names; empty if it names none.
    pub fn issuer(&self) -> &str {
        self.claims.get("iss").and_then(Value::as_str).unwrap_or_default()
    }
}

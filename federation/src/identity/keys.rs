//! The keys of an issuer (JWKS), and the check of a signature.

use super::members::members;
use super::signed::{Algorithm, Signed};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::BoxedUint;
use rsa::signature::Verifier as _;
use serde_json::{Map, Value};
use sha2::Sha256;

/// Largest set of keys, in bytes. Those of the forges have some 5,000.
const MAX_BYTES: usize = 64 * 1024;
/// Keys that are tried for one token. Names are unique among keys of a kind, so that more than one is an exception.
const MAX_TRIED: usize = 4;
/// Sizes of RSA keys, in bits: smaller keys are not safe, and larger ones would let anybody cause expensive checks.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The keys of an issuer.
#[derive(Clone, Debug)]
pub struct Keys(Vec<Map<String, Value>>);

impl Keys {
    /// Reads a set of keys. Keys of other kinds are passed over.
    ///
    /// Returns `None` if the text is not a set of keys, is too long, or has no key that could be used.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut set = members(text)?;
        let Value::Array(keys) = set.remove("keys")? else { return None };
        let usable = |key: Value| match key {
            Value::Object(key) if is_for_signatures(&key) => Some(key),
            _ => None,
        };
        let keys: Vec<_> = keys.into_iter().filter_map(usable).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Whether a key has the name that the token gives.
    pub fn knows(&self, token: &Signed<'_>) -> bool {
        self.named(token).next().is_some()
    }

    /// Whether one of the keys made the signature of the token.
    pub fn verify(&self, token: &Signed<'_>) -> bool {
        self.named(token).take(MAX_TRIED).any(|key| verify(token, key).is_some())
    }

    fn named<'a>(&'a self, token: &'a Signed<'_>) -> impl Iterator<Item = &'a Map<String, Value>> {
        let fits = |key: &&Map<String, Value>| {
            text(key, "kid") == Some(token.kid.as_str())
                && text(key, "alg").is_none_or(|algorithm| algorithm == token.algorithm.as_str())
        };
        self.0.iter().filter(fits)
    }
}

fn text<'a>(key: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    key.get(name)?.as_str()
}

fn is_for_signatures(key: &Map<String, Value>) -> bool {
    let operations = key.get("key_ops").and_then(Value::as_array);
    text(key, "use").is_none_or(|of| of == "sig") && operations.is_none_or(|all| all.iter().any(|one| one == "verify"))
}

/// The kind of the key follows from the algorithm, never from what the key says alone.
fn verify(token: &Signed<'_>, key: &Map<String, Value>) -> Option<()> {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(text(key, name)?).ok();
    let kind = text(key, "kty")?;
    match token.algorithm {
        Algorithm::Rs256 if kind == "RSA" => {
            let [n, e] = [number("n")?, number("e")?].map(|bytes| BoxedUint::from_be_slice_vartime(&bytes));
            let key = rsa::PublicKey::new_with_size_limits(n, e, RSA_BITS).ok()?;
            let signature = rsa::pkcs1v15::Signature::try_from(token.signature.as_slice()).ok()?;
            rsa::pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(token.signed.as_bytes(), &signature).ok()
        }
        Algorithm::Es256 if kind == "EC" && text(key, "crv") == Some("P-256") => {
            let (x, y) = (number("x")?, number("y")?);
            // An uncompressed point (SEC 1 §2.3.3).
            let point = (x.len() == 32 && y.len() == 32).then(|| [&[4], x.as_slice(), &y].concat())?;
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            let signature = p256::ecdsa::Signature::from_slice(&token.signature).ok()?;
            key.verify(token.signed.as_bytes(), &signature).ok()
        }
        _ => None,
    }
}

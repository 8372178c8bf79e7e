//! Bearer tokens to clients: signed by a key that the issuer publishes, for us, in time, with the scope.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use axum::http::{HeaderMap, header};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::problem::Problem;

/// How far the clocks of issuers may be from ours, in seconds.
pub const LEEWAY: u64 = 30;

/// How long the issuer may take for an answer, and how much it may say.
const PATIENCE: Duration = Duration::from_secs(5);
const MAX_ANSWER: u64 = 1 << 20;

/// How often keys are fetched at most: a forged token names as many keys as it likes.
const LEAST: Duration = Duration::from_secs(5);

/// The longest token.
const MAX_TOKEN: usize = 8 << 10;

/// Signatures that a public key verifies. Those by a shared secret are not among them, nor is `none`.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Whose tokens are taken.
#[derive(Clone, Debug)]
pub struct Realm {
    /// The issuer, whose discovery document says where its keys are.
    pub issuer: String,
    /// Whom tokens must be for.
    pub audience: String,
    /// The scope that they must have.
    pub scope: String,
}

/// Takes tokens of an issuer.
#[derive(Debug)]
pub struct Identity {
    realm: Realm,
    keys: ArcSwap<JwkSet>,
    fetched: Mutex<Instant>,
}

/// A client whose token is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(pub String);

/// Why the issuer's keys are not known.
#[derive(Debug, thiserror::Error)]
#[error("the keys of {issuer} cannot be fetched: {fault}")]
pub struct IssuerError {
    issuer: String,
    fault: String,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    azp: Option<String>,
    #[serde(default)]
    scope: String,
}

impl Identity {
    /// Fetches the keys of an issuer.
    ///
    /// # Errors
    /// It is away, or its discovery document is another issuer's.
    pub async fn discover(realm: Realm) -> Result<Self, IssuerError> {
        let keys = fetch(realm.issuer.clone()).await?;
        Ok(Self { realm, keys: ArcSwap::from_pointee(keys), fetched: Mutex::new(Instant::now()) })
    }

    /// The client of a request.
    ///
    /// # Errors
    /// There is no token (401), it is not good (401), or has not the scope (403).
    pub async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(|| Problem::unauthorized("send Authorization: Bearer with a token of the issuer"))?;
        let refused = || Problem::unauthorized("the token is expired, forged, or not for this service");
        if token.len() > MAX_TOKEN {
            return Err(refused());
        }
        let head = decode_header(token).ok().filter(|head| ALGORITHMS.contains(&head.alg)).ok_or_else(refused)?;
        let name = head.kid.ok_or_else(refused)?;
        let key = match self.key(&name) {
            Some(key) => key,
            None => {
                self.refresh().await;
                self.key(&name).ok_or_else(refused)?
            }
        };
        let claims = self.verify(token, head.alg, &key).ok_or_else(refused)?;
        if !claims.scope.split(' ').any(|scope| scope == self.realm.scope) {
            return Err(Problem::forbidden(&self.realm.scope));
        }
        Ok(Caller(claims.azp.unwrap_or(claims.sub)))
    }

    fn key(&self, name: &str) -> Option<Jwk> {
        let keys = self.keys.load();
        let signs = |key: &&Jwk| key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
        keys.find(name).filter(signs).cloned()
    }

    fn verify(&self, token: &str, algorithm: Algorithm, key: &Jwk) -> Option<Claims> {
        // A key that says what it is for is for nothing else.
        if key.common.key_algorithm.as_ref().is_some_and(|meant| meant.to_string() != format!("{algorithm:?}")) {
            return None;
        }
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_audience(&[&self.realm.audience]);
        validation.set_issuer(&[&self.realm.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let verified = decode::<Claims>(token, &DecodingKey::from_jwk(key).ok()?, &validation);
        verified.ok().map(|token| token.claims)
    }

    /// Fetches the keys anew, since one is asked for that is not there: issuers rotate them.
    async fn refresh(&self) {
        let mut fetched = self.fetched.lock().await;
        if fetched.elapsed() < LEAST {
            return;
        }
        *fetched = Instant::now();
        match fetch(self.realm.issuer.clone()).await {
            Ok(keys) => self.keys.store(Arc::new(keys)),
            Err(error) => tracing::warn!(%error, "the last keys are used"),
        }
    }
}

async fn fetch(issuer: String) -> Result<JwkSet, IssuerError> {
    let name = issuer.clone();
    let fetched = tokio::task::spawn_blocking(move || {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build());
        let discovery: Discovery = get(&agent, &format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
        if discovery.issuer != issuer {
            return Err(format!("the discovery document is of {}", discovery.issuer));
        }
        get::<JwkSet>(&agent, &discovery.jwks_uri)
    });
    let fetched = fetched.await.unwrap_or_else(|error| Err(error.to_string()));
    fetched.map_err(|fault| IssuerError { issuer: name, fault })
}

fn get<T: for<'de> Deserialize<'de>>(agent: &ureq::Agent, url: &str) -> Result<T, String> {
    let mut response = agent.get(url).call().map_err(|error| format!("{url}: {error}"))?;
    let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(|error| format!("{url}: {error}"))?;
    serde_json::from_slice(&body).map_err(|error| format!("{url}: {error}"))
}

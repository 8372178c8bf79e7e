//! That only tokens of the issuer, for us, in time and with the scope let anybody ask; and that nobody asks too often.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp, jwk::Jwk};
use serde_json::{Value, json};

use crate::process::{Client, PATIENCE, Reply, Service, start, transaction};

/// How many transactions there were.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A key of an issuer.
struct Key {
    name: String,
    secret: EncodingKey,
    public: Value,
}

impl Key {
    fn new(name: &str) -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let secret = EncodingKey::from_ec_der(&pair.serialize_der());
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&secret, Algorithm::ES256).unwrap()).unwrap();
        public["kid"] = name.into();
        Self { name: name.to_owned(), secret, public }
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.name.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.secret).unwrap()
    }
}

/// An issuer that publishes keys.
struct Issuer {
    url: String,
    keys: Arc<Mutex<Vec<Value>>>,
}

impl Issuer {
    fn start(key: &Key) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let issuer = Self { url: format!("http://{address}/realm"), keys: Arc::new(Mutex::new(vec![key.public.clone()])) };
        let keys = Arc::clone(&issuer.keys);
        std::thread::spawn(move || serve(&listener, address, &keys));
        issuer
    }

    /// The claims of a token that is good.
    fn claims(&self) -> Value {
        let now = get_current_timestamp();
        json!({"iss": self.url, "aud": "scoring", "sub": "user-1", "azp": "decision-engine", "scope": "openid score",
            "exp": now + 300, "nbf": now - 1})
    }
}

fn serve(listener: &TcpListener, address: SocketAddr, keys: &Mutex<Vec<Value>>) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (mut first, mut lines) = (String::new(), BufReader::new(stream.try_clone().unwrap()));
        lines.read_line(&mut first).unwrap();
        let mut line = first.clone();
        while line.trim() != "" {
            line.clear();
            lines.read_line(&mut line).unwrap();
        }
        let body = if first.starts_with("GET /realm/.well-known/openid-configuration ") {
            json!({"issuer": format!("http://{address}/realm"), "jwks_uri": format!("http://{address}/keys")})
        } else {
            json!({"keys": *keys.lock().unwrap()})
        };
        let body = body.to_string();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).unwrap();
    }
}

async fn ask(client: &Client, service: &Service, authorization: Option<&str>) -> Reply {
    let request = Request::post(format!("http://{}/v1/score", service.address)).header("content-type", "application/json");
    let request = authorization.into_iter().fold(request, |request, value| request.header("authorization", value));
    let id = format!("t-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    client.ask(request.body(Full::new(Bytes::from(transaction(&id).to_string()))).unwrap()).await.unwrap()
}

fn guarded(issuer: &Issuer) -> (tempfile::TempDir, Service) {
    let folder = tempfile::tempdir().unwrap();
    let service = start(folder.path(), &[&format!("--oidc-issuer={}", issuer.url), "--oidc-audience=scoring"]);
    (folder, service)
}

#[tokio::test]
async fn only_good_tokens_let_anybody_ask() {
    let (key, thief) = (Key::new("key-1"), Key::new("key-1"));
    let issuer = Issuer::start(&key);
    let (_folder, service) = guarded(&issuer);
    let (client, good) = (Client::new(), issuer.claims());
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.sign(&claims)
    };
    let now = get_current_timestamp();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |algorithm: &str| format!("{}.{}.", encoded(&json!({"alg": algorithm, "kid": "key-1"})), encoded(&good));
    let public = URL_SAFE_NO_PAD.decode(key.public["x"].as_str().unwrap()).unwrap();
    let shared = Header { kid: Some("key-1".to_owned()), ..Header::new(Algorithm::HS256) };
    let shared = encode(&shared, &good, &EncodingKey::from_secret(&public)).unwrap();
    let mut cut = key.sign(&good);
    cut.truncate(cut.len() - 8);
    let refused = [
        ("unsigned", unsigned("none")),
        ("unsigned, in capitals", unsigned("NONE")),
        ("without a signature", unsigned("ES256")),
        ("signed with the public key as a secret", shared),
        ("of another key", thief.sign(&good)),
        ("of a key that is not there", Key::new("key-9").sign(&good)),
        ("cut", cut),
        ("expired", with("exp", (now - 60).into())),
        ("not valid yet", with("nbf", (now + 120).into())),
        ("for somebody else", with("aud", "cases".into())),
        ("of another issuer", with("iss", "http://elsewhere/realm".into())),
        ("nobody's", with("sub", Value::Null)),
        ("no token", "a.b".to_owned()),
        ("very long", "a".repeat(10_000)),
    ];
    for (what, token) in &refused {
        let reply = ask(&client, &service, Some(&format!("Bearer {token}"))).await;
        assert_eq!((reply.status, reply.headers["www-authenticate"].to_str().unwrap()), (401, "Bearer"), "{what}: {}", reply.text);
    }
    assert_eq!(ask(&client, &service, None).await.status, 401);
    assert_eq!(ask(&client, &service, Some("Basic dTpw")).await.status, 401);
    assert_eq!(ask(&client, &service, Some(&format!("Bearer {}", with("scope", "openid scores".into())))).await.status, 403);
    let reply = ask(&client, &service, Some(&format!("Bearer {}", key.sign(&good)))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(service.metric(&client, "scoring_inference_seconds_count").await, 1.0, "nothing else was scored");
}

#[tokio::test]
async fn keys_are_rotated() {
    let (old, new) = (Key::new("key-1"), Key::new("key-2"));
    let issuer = Issuer::start(&old);
    let (_folder, service) = guarded(&issuer);
    let client = Client::new();
    let [old, new_token] = [&old, &new].map(|key| format!("Bearer {}", key.sign(&issuer.claims())));
    assert_eq!(ask(&client, &service, Some(&old)).await.status, 200);
    *issuer.keys.lock().unwrap() = vec![new.public.clone()];
    let begun = Instant::now();
    while ask(&client, &service, Some(&new_token)).await.status != 200 {
        assert!(begun.elapsed() < PATIENCE, "{}", service.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(ask(&client, &service, Some(&old)).await.status, 401, "what was withdrawn is worth nothing");
}

#[tokio::test]
async fn nobody_asks_too_often() {
    let folder = tempfile::tempdir().unwrap();
    let (service, client) = (start(folder.path(), &["--rate-limit=1"]), Client::new());
    let mut statuses = Vec::new();
    while !statuses.contains(&429) && statuses.len() < 1_000 {
        let reply = ask(&client, &service, None).await;
        assert_eq!(reply.headers.contains_key("retry-after"), reply.status == 429);
        statuses.push(reply.status);
    }
    assert_eq!((statuses.first(), statuses.last()), (Some(&200), Some(&429)));
}

//! What a token proves, and what proves nothing.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Utc;
use e2e::{
    Stack,
    servers::{
        Backend::{self, Cluster, Postgres, Sqlite},
        SIGNING_KEY,
    },
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, PASSWORD, eventually};

const HOUR: i64 = 3600;
/// Addresses on both servers that nobody without a token may see.
const CLOSED: [&str; 4] = ["/api/tasks", "/api/tags", "/api/users/me", "/api/comments"];

/// The servers' own key.
fn our_key() -> EncodingKey {
    EncodingKey::from_ed_pem(SIGNING_KEY.as_bytes()).unwrap()
}

/// Another key of the same kind.
fn other_key() -> EncodingKey {
    let mut der = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    der.extend([7; 32]);
    EncodingKey::from_ed_der(&der)
}

/// A token taken apart.
struct Parts {
    header: Header,
    claims: Value,
    text: [String; 3],
}

impl Parts {
    fn of(token: &str) -> Self {
        let text: Vec<String> = token.split('.').map(str::to_owned).collect();
        let claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(&text[1]).unwrap()).unwrap();
        Self { header: jsonwebtoken::decode_header(token).unwrap(), claims, text: text.try_into().unwrap() }
    }

    /// Signed by the servers' own key, with some claims changed.
    fn claiming(&self, changes: Value) -> String {
        self.signed(&self.header, changes, &our_key())
    }

    fn signed(&self, header: &Header, changes: Value, key: &EncodingKey) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        jsonwebtoken::encode(header, &claims, key).unwrap()
    }
}

fn encoded(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

/// What an attacker might send, each with its name.
fn forgeries(access: &Parts, refresh: &str, public_key: &[u8], somebody_else: &Value) -> Vec<(&'static str, String)> {
    let [header, payload, signature] = &access.text;
    let kid = &access.header.kid;
    let none = encoded(&json!({"alg": "none", "typ": "at+jwt", "kid": kid}));
    let mut other = access.claims.clone();
    other["sub"] = somebody_else.clone();
    let hmac = Header { alg: Algorithm::HS256, ..access.header.clone() };
    let typ = |typ: &str| Header { typ: Some(typ.to_owned()), ..access.header.clone() };
    let unknown = Header { kid: Some("nobody".to_owned()), ..access.header.clone() };
    let nameless = Header { kid: None, ..access.header.clone() };
    let unchanged = json!({});
    // Headers that would have the server verify with a key of the attacker's choice.
    let injected = |extra: Value| {
        let mut header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid});
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let signed = access.signed(&access.header, json!({}), &other_key());
        let signature = signed.rsplit('.').next().unwrap().to_owned();
        format!("{}.{payload}.{signature}", encoded(&header))
    };
    let own = BASE64_URL_SAFE_NO_PAD.encode([7; 32]);
    vec![
        ("alg none", format!("{none}.{payload}.")),
        ("alg none with a signature", format!("{none}.{payload}.{signature}")),
        ("HMAC with the public key", access.signed(&hmac, unchanged.clone(), &EncodingKey::from_secret(public_key))),
        ("another key", access.signed(&access.header, unchanged.clone(), &other_key())),
        ("another key that names itself", access.signed(&unknown, unchanged.clone(), &other_key())),
        ("another key that names none", access.signed(&nameless, unchanged.clone(), &other_key())),
        ("our key under another name", access.signed(&unknown, unchanged.clone(), &our_key())),
        ("altered subject", format!("{header}.{}.{signature}", encoded(&other))),
        ("no signature", format!("{header}.{payload}.")),
        ("half a signature", format!("{header}.{payload}.{}", &signature[..40])),
        ("two parts", format!("{header}.{payload}")),
        ("four parts", format!("{header}.{payload}.{signature}.{signature}")),
        ("a key of its own", injected(json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": own}}))),
        ("a key set of its own", injected(json!({"jku": "http://127.0.0.1:1/jwks.json"}))),
        ("a certificate of its own", injected(json!({"x5u": "http://127.0.0.1:1/", "x5c": ["AAAA"]}))),
        ("a path as key id", injected(json!({"kid": "../../../../dev/null"}))),
        ("a statement as key id", injected(json!({"kid": "' OR 1=1 --"}))),
        ("a list as key id", injected(json!({"kid": [kid]}))),
        ("a critical extension", injected(json!({"crit": ["b64"], "b64": false}))),
        ("a start that lies ahead", access.claiming(json!({"nbf": Utc::now().timestamp() + HOUR}))),
        ("no end", {
            let mut claims = access.claims.clone();
            claims.as_object_mut().unwrap().remove("exp");
            jsonwebtoken::encode(&access.header, &claims, &our_key()).unwrap()
        }),
        ("an end that is text", access.claiming(json!({"exp": "2900-01-01"}))),
        ("nothing", "x".to_owned()),
        ("dots", "..".to_owned()),
        ("very long", "a".repeat(8000)),
        ("a refresh token", refresh.to_owned()),
        ("the type of a refresh token", access.signed(&typ("rt+jwt"), unchanged.clone(), &our_key())),
        ("another type", access.signed(&typ("JWT"), unchanged, &our_key())),
        ("another audience", access.claiming(json!({"aud": "elsewhere"}))),
        ("the audience of refresh tokens", access.claiming(json!({"aud": "todo:refresh"}))),
        ("another issuer", access.claiming(json!({"iss": "elsewhere"}))),
        ("somebody else's id", access.claiming(json!({"sub": somebody_else}))),
        ("an id that is none", access.claiming(json!({"sub": "root"}))),
        ("another session", access.claiming(json!({"sid": "11111111-2222-3333-4444-555555555555"}))),
        (
            "from the future",
            access.claiming(json!({"iat": Utc::now().timestamp() + HOUR, "exp": Utc::now().timestamp() + 2 * HOUR})),
        ),
    ]
}

#[rstest]
#[tokio::test]
async fn forged_tokens_open_nothing(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    let bob = nobody.register("bob").await["id"].as_i64().unwrap();
    nobody.register("ann").await;
    let pair = nobody.sign_in("ann").await;
    let access = Parts::of(pair["access"].as_str().unwrap());
    let jwks = nobody.get("/.well-known/jwks.json").await.is(200);
    let public_key = BASE64_URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();

    for (name, token) in forgeries(&access, pair["refresh"].as_str().unwrap(), &public_key, &json!(bob.to_string())) {
        println!("{name}");
        let forger = nobody.with_token(&token);
        for path in CLOSED {
            let answer = forger.get(path).await;
            let code = if name == "another session" || name == "somebody else's id" {
                "session_ended"
            } else {
                "invalid_token"
            };
            answer.problem(401, code);
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"), "{name}");
        }
        if name != "a refresh token" {
            nobody.post("/api/token/verify", json!({"token": token})).await.is_problem_of(&[401]);
        }
    }
    let ann = nobody.with_token(pair["access"].as_str().unwrap());
    for path in CLOSED {
        ann.get(path).await.is(200);
    }
}

#[rstest]
#[tokio::test]
async fn expired_tokens_say_so(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let access = Parts::of(ann.token());
    let now = Utc::now().timestamp();
    let expired = access.claiming(json!({"iat": now - 2 * HOUR, "exp": now - HOUR}));
    for path in CLOSED {
        ann.with_token(&expired).get(path).await.problem(401, "token_expired");
        ann.get(path).await.is(200);
    }
    ann.post("/api/token/verify", json!({"token": expired})).await.problem(401, "token_expired");
}

#[rstest]
#[tokio::test]
async fn without_a_token_nothing_opens_whoever_the_headers_say_it_is(
    #[values(Sqlite, Postgres, Cluster)] backend: Backend,
) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    let ann = Api::person(&stack, "ann").await;
    let disguises = [
        ("host", "localhost"),
        ("host", "todo-server:8000"),
        ("host", "comments-server"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "todo-server"),
        ("x-real-ip", "::1"),
        ("forwarded", "for=127.0.0.1;host=todo-server;proto=https"),
        ("x-user-id", "1"),
        ("authorization", "Basic YW5uOmNvcnJlY3QgaG9yc2U="),
        ("authorization", "Bearer"),
        ("authorization", "Bearer "),
        ("cookie", "access=anything"),
    ];
    for path in CLOSED {
        let answer = nobody.get(path).await;
        answer.problem(401, "no_token");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        for (name, value) in disguises {
            assert_eq!(nobody.get(path).header(name, value).await.status, 401, "{path} {name}: {value}");
        }
        let shouted = nobody.get(path).header("authorization", &format!("BEARER {}", ann.token()));
        shouted.await.is(200);
        ann.get(path).header("host", "evil.example").header("x-forwarded-host", "evil.example").await.is(200);
    }
    ann.task("a").await;
    ann.task("b").await;
    let page = ann.get("/api/tasks?limit=1").header("host", "evil.example").await;
    assert!(!page.header("link").unwrap().contains("evil"), "a made-up host is not repeated");
}

#[rstest]
#[tokio::test]
async fn a_deleted_users_token_opens_nothing(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    nobody.register("ann").await;
    let pair = nobody.sign_in("ann").await;
    let ann = nobody.with_token(pair["access"].as_str().unwrap());
    let task = ann.task("a").await;
    ann.comment(task, "seen by the comments-server too").await;

    ann.delete("/api/users/me").await.is(204);
    for path in ["/api/tasks", "/api/users/me"] {
        ann.get(path).await.problem(401, "session_ended");
    }
    // It may believe in a session for a few seconds more, of which nothing is left to see.
    assert!([401, 200].contains(&ann.get("/api/comments").await.status));
    eventually("the comments-server to hear of it", async || ann.get("/api/comments").await.status == 401).await;
    ann.get("/api/comments").await.problem(401, "session_ended");
    nobody.post("/api/token/refresh", json!({"refresh": pair["refresh"]})).await.problem(401, "session_ended");
    nobody.post("/api/token/verify", json!({"token": pair["access"]})).await.problem(401, "session_ended");
    nobody.post("/api/token", json!({"username": "ann", "password": PASSWORD})).await.problem(401, "wrong_credentials");

    // The name is free again, and its new owner is somebody else.
    let new = Api::person(&stack, "ann").await;
    assert_eq!(new.get("/api/tasks").await.items(), [] as [Value; 0]);
    ann.get("/api/tasks").await.problem(401, "session_ended");
}

#[rstest]
#[tokio::test]
async fn a_wrong_password_says_no_more_than_that(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    nobody.register("Ann").await;
    for username in ["ann", "ANN", "Ann"] {
        nobody.sign_in(username).await;
    }
    let wrong = nobody.post("/api/token", json!({"username": "ann", "password": "wrong horse"})).await;
    let unknown = nobody.post("/api/token", json!({"username": "nobody", "password": "wrong horse"})).await;
    let (wrong, unknown) = (wrong.problem(401, "wrong_credentials"), unknown.problem(401, "wrong_credentials"));
    assert_eq!(wrong["detail"], unknown["detail"], "whether a name exists is nobody's business");
}

#[rstest]
#[tokio::test]
async fn refresh_tokens_are_used_once(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    nobody.register("ann").await;
    let refresh = async |pair: &Value| nobody.post("/api/token/refresh", json!({"refresh": pair["refresh"]})).await;

    let first = nobody.sign_in("ann").await;
    let other = nobody.sign_in("ann").await;
    let second = refresh(&first).await.is(200);
    assert_ne!(second["refresh"], first["refresh"]);
    let again = refresh(&first).await.is(200);
    assert_eq!(
        Parts::of(again["refresh"].as_str().unwrap()).claims["jti"],
        Parts::of(second["refresh"].as_str().unwrap()).claims["jti"],
        "an answer that was lost can be had again while its token is unused"
    );
    let third = refresh(&second).await.is(200);
    let ann = nobody.with_token(third["access"].as_str().unwrap());
    ann.get("/api/tasks").await.is(200);

    refresh(&first).await.problem(401, "refresh_reused");
    refresh(&third).await.problem(401, "session_ended");
    ann.get("/api/tasks").await.problem(401, "session_ended");
    eventually("the comments-server to hear of it", async || ann.get("/api/comments").await.status == 401).await;
    refresh(&other).await.is(200);

    let access = json!({"refresh": other["access"]});
    nobody.post("/api/token/refresh", access).await.problem(401, "invalid_token");
}

#[rstest]
#[tokio::test]
async fn parallel_refreshes_keep_the_session(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    nobody.register("ann").await;
    let pair = nobody.sign_in("ann").await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..8 {
        calls.spawn(nobody.post("/api/token/refresh", json!({"refresh": pair["refresh"]})).send());
    }
    let answers = calls.join_all().await;
    for answer in answers {
        let pair = answer.unwrap().is(200);
        nobody.with_token(pair["access"].as_str().unwrap()).get("/api/tasks").await.is(200);
    }
}

#[rstest]
#[tokio::test]
async fn tokens_are_verified_and_revoked(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    nobody.register("ann").await;
    let pair = nobody.sign_in("ann").await;
    for token in [&pair["access"], &pair["refresh"]] {
        let answer = nobody.post("/api/token/verify", json!({"token": token})).await.is(200);
        assert_eq!(answer, json!({}));
    }
    nobody.post("/api/token/verify", json!({"token": "x"})).await.problem(401, "invalid_token");
    nobody.post("/api/token/verify", json!({})).await.faults("token", "required");

    for _ in 0..2 {
        assert_eq!(nobody.post("/api/token/revoke", json!({"refresh": pair["refresh"]})).await.is(204), Value::Null);
    }
    nobody.post("/api/token/refresh", json!({"refresh": pair["refresh"]})).await.problem(401, "session_ended");
    nobody.with_token(pair["access"].as_str().unwrap()).get("/api/tasks").await.problem(401, "session_ended");
}

#[rstest]
#[tokio::test]
async fn the_key_set_holds_nothing_private(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    nobody.register("ann").await;
    let pair = nobody.sign_in("ann").await;
    let jwks = nobody.get("/.well-known/jwks.json").await.is(200);
    let keys = jwks["keys"].as_array().unwrap();
    for key in keys {
        let mut names: Vec<&String> = key.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
    }
    let kid = Parts::of(pair["access"].as_str().unwrap()).header.kid.unwrap();
    assert!(keys.iter().any(|key| key["kid"] == kid), "{kid} is not in {jwks}");
}

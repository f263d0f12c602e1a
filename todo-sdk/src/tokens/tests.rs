use serde_json::{Value, json};

use super::*;

struct Issuer {
    pair: Ed25519KeyPair,
    signer: Signer,
}

impl Issuer {
    fn new() -> Self {
        let pem = Signer::generate_pem().unwrap();
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let pair = Ed25519KeyPair::from_pkcs8(&BASE64_STANDARD.decode(base64).unwrap()).unwrap();
        Self { pair, signer: Signer::from_pem(&pem).unwrap() }
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(&Jwks { keys: vec![self.signer.jwk()] }).unwrap()
    }

    fn sign(&self, kind: TokenKind) -> String {
        self.signer.sign(kind, 7, "session", "token", Scope::Write, now()).unwrap()
    }

    /// A good header and good claims, for a forger to start from.
    fn parts(&self) -> (Value, Value) {
        let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": self.signer.jwk().kid});
        let claims = json!({
            "iss": "todo-server", "aud": "todo", "sub": "7", "sid": "session", "jti": "token", "scope": "write",
            "iat": now().timestamp(), "exp": (now() + ACCESS_TTL).timestamp(),
        });
        (header, claims)
    }

    /// A token of any header and claims, with a signature that is good.
    fn sign_parts(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", encode(signature.as_ref()))
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()))
}

fn with(value: &Value, key: &str, changed: impl Into<Value>) -> Value {
    let mut value = value.clone();
    value[key] = changed.into();
    value
}

fn without(value: &Value, key: &str) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().remove(key);
    value
}

#[test]
fn what_is_signed_can_be_verified() {
    let issuer = Issuer::new();
    for (kind, ttl) in [(TokenKind::Access, ACCESS_TTL), (TokenKind::Refresh, REFRESH_TTL)] {
        let token = issuer.sign(kind);
        let claims = issuer.verifier().verify(kind, &token, now()).unwrap();
        assert_eq!(claims.user_id(), Some(7));
        assert_eq!((claims.sid.as_str(), claims.jti.as_str(), claims.scope), ("session", "token", Scope::Write));
        assert_eq!(claims.exp - claims.iat, ttl.num_seconds());
        assert_eq!(kid_of(&token), Some(issuer.signer.jwk().kid));
    }
}

#[test]
fn the_forgers_starting_point_is_good() {
    let issuer = Issuer::new();
    let (header, claims) = issuer.parts();
    let token = issuer.sign_parts(&header, &claims);
    assert!(issuer.verifier().verify(TokenKind::Access, &token, now()).is_ok());
}

#[test]
fn one_kind_is_not_taken_for_the_other() {
    let issuer = Issuer::new();
    let refused = Err(VerifyError::Invalid("it is another kind of token"));
    let (access, refresh) = (issuer.sign(TokenKind::Access), issuer.sign(TokenKind::Refresh));
    assert_eq!(issuer.verifier().verify(TokenKind::Refresh, &access, now()), refused);
    assert_eq!(issuer.verifier().verify(TokenKind::Access, &refresh, now()), refused);
}

#[test]
fn forged_tokens_are_refused() {
    let (issuer, stranger) = (Issuer::new(), Issuer::new());
    let verifier = issuer.verifier();
    let (header, claims) = issuer.parts();
    let good = issuer.sign_parts(&header, &claims);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let public = BASE64_URL_SAFE_NO_PAD.decode(issuer.signer.jwk().x).unwrap();
    let key_confusion = |secret: &[u8]| {
        let header = Header { typ: Some("at+jwt".to_owned()), kid: kid_of(&good), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    let own_key = serde_json::to_value(stranger.signer.jwk()).unwrap();

    let forged = [
        ("alg none, no signature", format!("{}.", message(&with(&header, "alg", "none"), &claims))),
        ("alg none, signed", issuer.sign_parts(&with(&header, "alg", "none"), &claims)),
        ("alg NoNe", format!("{}.{signature}", message(&with(&header, "alg", "NoNe"), &claims))),
        ("HS256 with the public key", key_confusion(&public)),
        ("HS256 with the public key as it is published", key_confusion(issuer.signer.jwk().x.as_bytes())),
        ("another EdDSA name", issuer.sign_parts(&with(&header, "alg", "ES256"), &claims)),
        ("another key, the same kid", stranger.sign_parts(&header, &claims)),
        ("another key, which it brings along", stranger.sign_parts(&with(&header, "jwk", own_key), &claims)),
        ("another key, at an address", stranger.sign_parts(&with(&header, "jku", "https://evil.example/"), &claims)),
        ("another key, a certificate", stranger.sign_parts(&with(&header, "x5u", "https://evil.example/"), &claims)),
        ("an altered claim", format!("{}.{signature}", message(&header, &with(&claims, "sub", "8")))),
        ("an altered header", format!("{}.{signature}", message(&with(&header, "cty", "x"), &claims))),
        ("no signature", format!("{signed}.")),
        ("no third part", signed.to_owned()),
        ("a fourth part", format!("{good}.{signature}")),
        ("half a signature", format!("{signed}.{}", &signature[..43])),
        ("a signature of zeros", format!("{signed}.{}", encode(&[0; 64]))),
        ("another issuer", issuer.sign_parts(&header, &with(&claims, "iss", "evil"))),
        ("no issuer", issuer.sign_parts(&header, &without(&claims, "iss"))),
        ("another audience", issuer.sign_parts(&header, &with(&claims, "aud", "todo:refresh"))),
        ("one audience among others", issuer.sign_parts(&header, &with(&claims, "aud", json!(["todo", "evil"])))),
        ("no audience", issuer.sign_parts(&header, &without(&claims, "aud"))),
        ("no end", issuer.sign_parts(&header, &without(&claims, "exp"))),
        ("an end that is no number", issuer.sign_parts(&header, &with(&claims, "exp", "9999999999"))),
        ("another type", issuer.sign_parts(&with(&header, "typ", "rt+jwt"), &claims)),
        ("the usual type", issuer.sign_parts(&with(&header, "typ", "JWT"), &claims)),
        ("no type", issuer.sign_parts(&without(&header, "typ"), &claims)),
        ("an unknown scope", issuer.sign_parts(&header, &with(&claims, "scope", "admin"))),
        ("a critical extension", issuer.sign_parts(&with(&header, "crit", json!(["b64"])), &claims)),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("no JSON", format!("{}.{}.{signature}", encode(b"{"), encode(b"{"))),
    ];
    for (what, token) in forged {
        let refused = verifier.verify(TokenKind::Access, &token, now());
        assert!(matches!(refused, Err(VerifyError::Invalid(_))), "{what}: {refused:?}");
    }
}

#[test]
fn a_key_is_found_by_its_known_id_alone() {
    let (issuer, stranger) = (Issuer::new(), Issuer::new());
    let (header, claims) = issuer.parts();
    for header in [
        with(&header, "kid", stranger.signer.jwk().kid),
        with(&header, "kid", "../../dev/null"),
        with(&header, "kid", ""),
        without(&header, "kid"),
    ] {
        let token = issuer.sign_parts(&header, &claims);
        assert_eq!(
            issuer.verifier().verify(TokenKind::Access, &token, now()),
            Err(VerifyError::UnknownKey),
            "{header}"
        );
    }
    assert!(!issuer.verifier().knows(&stranger.signer.jwk().kid));
}

#[test]
fn after_a_change_of_keys_both_are_good() {
    let (old, new) = (Issuer::new(), Issuer::new());
    let verifier = Verifier::new(&Jwks { keys: vec![new.signer.jwk(), old.signer.jwk()] }).unwrap();
    for issuer in [old, new] {
        assert!(verifier.verify(TokenKind::Access, &issuer.sign(TokenKind::Access), now()).is_ok());
    }
}

#[test]
fn times_are_checked_with_some_leeway() {
    let issuer = Issuer::new();
    let token = issuer.sign(TokenKind::Access);
    let at = |offset: TimeDelta| issuer.verifier().verify(TokenKind::Access, &token, now() + offset).map(drop);
    let second = TimeDelta::seconds(1);
    assert_eq!(at(ACCESS_TTL + LEEWAY - second), Ok(()));
    assert_eq!(at(ACCESS_TTL + LEEWAY), Err(VerifyError::Expired));
    assert_eq!(at(-LEEWAY), Ok(()));
    assert_eq!(at(-LEEWAY - second), Err(VerifyError::Invalid("it is from the future")));
}

#[test]
fn absurd_times_do_no_harm() {
    let issuer = Issuer::new();
    let (header, claims) = issuer.parts();
    let verify = |claims| issuer.verifier().verify(TokenKind::Access, &issuer.sign_parts(&header, &claims), now());
    assert!(verify(with(&claims, "exp", i64::MIN)).is_err());
    assert_eq!(verify(with(&claims, "exp", 0)).map(drop), Err(VerifyError::Expired));
    assert!(verify(with(&claims, "exp", i64::MAX)).is_ok());
    assert!(matches!(verify(with(&claims, "iat", i64::MAX)), Err(VerifyError::Invalid(_))));
}

#[test]
fn what_is_no_private_key_is_refused() {
    let pem = Signer::generate_pem().unwrap();
    assert!(Signer::from_pem(&pem.replace('\n', "\r\n")).is_ok());
    for text in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", &pem[..60]] {
        assert!(matches!(Signer::from_pem(text), Err(KeyError::NotEd25519)), "{text}");
    }
}

#[test]
fn a_key_set_may_hold_keys_of_others_but_no_broken_ones() {
    let issuer = Issuer::new();
    let rsa = Jwk { kty: "RSA".to_owned(), kid: "rsa".to_owned(), ..issuer.signer.jwk() };
    let verifier = Verifier::new(&Jwks { keys: vec![rsa, issuer.signer.jwk()] }).unwrap();
    assert!(!verifier.knows("rsa") && verifier.knows(&issuer.signer.jwk().kid));
    let broken = Jwk { x: "AAAA".to_owned(), ..issuer.signer.jwk() };
    assert!(matches!(Verifier::new(&Jwks { keys: vec![broken] }), Err(KeyError::BadJwk(_))));
}

#[test]
fn private_keys_stay_out_of_debug_output() {
    let issuer = Issuer::new();
    assert_eq!(format!("{:?}", issuer.signer), format!("Signer {{ kid: {:?}, .. }}", issuer.signer.jwk().kid));
}

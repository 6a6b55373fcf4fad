//! Tokens of the store's own that are malformed or forged, each with the reason it is refused for.

use serde_json::json;

use super::forge::{
    ALICE, KEYS, NOW, NOW_SECONDS, b64, claim, claims, head, header, hmac, no_claim, no_head, published, sign,
    sign_bytes, unsigned, verifier, with, without,
};
use crate::jwt::TokenError::{self, *};

type Row = (&'static str, String, TokenError);

#[test]
fn every_forged_token_is_refused_for_its_reason() {
    let rows = [shape(), names(), times(), users(), parameters(), algorithms(), keys(), extensions()].concat();
    assert!(rows.len() >= 80, "{}", rows.len());
    let verifier = verifier();
    for (name, token, reason) in rows {
        assert_eq!(verifier.verify(&token, NOW), Err(reason), "{name}");
        let said = reason.to_string();
        assert!(token.split('.').all(|part| part.len() < 8 || !said.contains(part)), "{name} repeats the token");
    }
}

fn good() -> String {
    sign(&header(&KEYS.ed), &claims(), &KEYS.ed)
}

fn raw(claims: &str) -> String {
    sign_bytes(header(&KEYS.ed).to_string().as_bytes(), claims.as_bytes(), &KEYS.ed)
}

fn shape() -> Vec<Row> {
    let token = good();
    let parts: Vec<&str> = token.split('.').collect();
    let [first, second, third] = parts[..] else { panic!("{token}") };
    let claims = claims().to_string();
    let once_more = |entry: &str| raw(&format!("{},{entry}}}", claims.trim_end_matches('}')));
    let nested = format!(r#"{{"a":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    // The last of 86 characters stands for two bits of signature and four zeros.
    let last = third.chars().last().unwrap();
    let spare = if last == 'A' { 'B' } else { char::from(last as u8 + 1) };
    let spare = format!("{first}.{second}.{}{spare}", &third[..85]);
    vec![
        ("nothing", String::new(), NotThreeParts),
        ("a dot", ".".into(), NotThreeParts),
        ("two dots", "..".into(), NotThreeParts),
        ("a word", "token".into(), NotThreeParts),
        ("a session's token", "ust_0000000000000000000000000000000000000000000000000".into(), NotThreeParts),
        ("two parts", format!("{first}.{second}"), NotThreeParts),
        ("no signature", format!("{first}.{second}."), NotThreeParts),
        ("no claims", format!("{first}..{third}"), NotThreeParts),
        ("no header", format!(".{second}.{third}"), NotThreeParts),
        ("four parts", format!("{token}.{third}"), NotThreeParts),
        ("five parts, as if encrypted", format!("{token}.{third}.{third}"), NotThreeParts),
        ("a space before it", format!(" {token}"), BadEncoding),
        ("a line's end after it", format!("{token}\n"), BadEncoding),
        ("padding", format!("{token}=="), BadEncoding),
        ("the other alphabet", format!("{first}.{second}.{}", "+/".repeat(43)), BadEncoding),
        ("bits left over", spare, BadEncoding),
        ("not ASCII", format!("{first}.{second}é.{third}"), BadEncoding),
        ("a header that is no JSON", format!("{}.{second}.{third}", b64("{alg}")), MalformedHeader),
        ("a header that is a list", format!("{}.{second}.{third}", b64("[]")), MalformedHeader),
        ("a byte order mark", format!("{}.{second}.{third}", b64("\u{feff}{}")), MalformedHeader),
        ("text after the header", format!("{}.{second}.{third}", b64("{}{}")), MalformedHeader),
        ("claims that are no JSON", raw("exp"), MalformedClaims),
        ("claims that are a text", raw("\"exp\""), MalformedClaims),
        ("claims that are null", raw("null"), MalformedClaims),
        ("claims that end early", raw(claims.trim_end_matches('}')), MalformedClaims),
        ("text after the claims", raw(&format!("{claims} 1")), MalformedClaims),
        ("claims nested too deep", raw(&nested), MalformedClaims),
        ("a number beyond any", raw(r#"{"exp":1e999}"#), MalformedClaims),
        (
            "claims not in UTF-8",
            sign_bytes(header(&KEYS.ed).to_string().as_bytes(), b"{\"sub\":\"\xff\"}", &KEYS.ed),
            MalformedClaims,
        ),
        ("exp given twice", once_more(r#""exp":1900000000"#), RepeatedClaim),
        ("a claim given twice in disguise", once_more(r#""\u0073ub":"service:x""#), RepeatedClaim),
        ("a key given twice further down", once_more(r#""x":{"a":1,"a":1}"#), RepeatedClaim),
        ("alg given twice", format!("{}.{second}.{third}", b64(r#"{"alg":"none","alg":"EdDSA"}"#)), RepeatedHeader),
        ("too large", claim("x", json!("x".repeat(8 * 1024))), TooLarge),
        ("much too large", "a.".repeat(10_000_000), TooLarge),
    ]
}

fn names() -> Vec<Row> {
    let mut rows = vec![
        ("no iss", no_claim("iss"), MissingClaim("iss")),
        ("iss a number", claim("iss", json!(1)), BadClaim("iss")),
        ("iss a list", claim("iss", json!(["userstore"])), BadClaim("iss")),
        ("iss null", claim("iss", json!(null)), BadClaim("iss")),
        ("no aud", no_claim("aud"), MissingClaim("aud")),
        ("aud a number", claim("aud", json!(1)), BadClaim("aud")),
        ("aud null", claim("aud", json!(null)), BadClaim("aud")),
        ("aud an object", claim("aud", json!({"members": true})), BadClaim("aud")),
        ("a number in aud", claim("aud", json!(["members", 1])), BadClaim("aud")),
        ("no jti", no_claim("jti"), MissingClaim("jti")),
        ("jti a number", claim("jti", json!(1)), BadClaim("jti")),
        ("no client_id", no_claim("client_id"), MissingClaim("client_id")),
        ("client_id a list", claim("client_id", json!([])), BadClaim("client_id")),
        ("no scope", no_claim("scope"), MissingClaim("scope")),
        ("scope a list", claim("scope", json!(["members:read"])), BadClaim("scope")),
    ];
    for iss in ["", "Userstore", "userstore/", " userstore", "userstore\0", "https://issuer.example"] {
        rows.push(("another iss", claim("iss", json!(iss)), WrongIssuer));
    }
    for aud in [json!(""), json!("Members"), json!("members other"), json!([]), json!(["other"]), json!("userstore")] {
        rows.push(("another aud", claim("aud", aud), WrongAudience));
    }
    rows
}

fn times() -> Vec<Row> {
    let mut rows = vec![
        ("no exp", no_claim("exp"), MissingClaim("exp")),
        ("no iat", no_claim("iat"), MissingClaim("iat")),
        ("exp at the beginning of time", claim("exp", json!(0)), Expired),
        ("expired an hour ago", claim("exp", json!(NOW_SECONDS - 3600)), Expired),
        ("expired 5 s ago", claim("exp", json!(NOW_SECONDS - 5)), Expired),
        ("not valid for an hour", claim("nbf", json!(NOW_SECONDS + 3600)), NotYetValid),
        ("not valid for 6 s", claim("nbf", json!(NOW_SECONDS + 6)), NotYetValid),
        ("issued in an hour", claim("iat", json!(NOW_SECONDS + 3600)), IssuedInFuture),
        ("issued in 6 s", claim("iat", json!(NOW_SECONDS + 6)), IssuedInFuture),
    ];
    for name in ["exp", "nbf", "iat"] {
        let soon = (NOW_SECONDS + 900).to_string();
        for value in [json!(soon), json!(null), json!(true), json!([1]), json!({}), json!(-1), json!(1e300)] {
            rows.push(("a time of another type", claim(name, value), BadClaim(name)));
        }
    }
    rows
}

fn users() -> Vec<Row> {
    let service = |name: &str, also: &[&str]| {
        let mut claims = with(claims(), "sub", json!(format!("service:{name}")));
        for left in ["username", "role", "epoch"].iter().filter(|name| !also.contains(name)) {
            claims = without(claims, left);
        }
        sign(&header(&KEYS.ed), &claims, &KEYS.ed)
    };
    vec![
        ("no sub", no_claim("sub"), MissingClaim("sub")),
        ("sub empty", claim("sub", json!("")), EmptySubject),
        ("sub a number", claim("sub", json!(1)), BadClaim("sub")),
        ("sub null", claim("sub", json!(null)), BadClaim("sub")),
        ("sub a list", claim("sub", json!([ALICE])), BadClaim("sub")),
        ("sub a name", claim("sub", json!("alice")), BadClaim("sub")),
        ("sub in capitals", claim("sub", json!(ALICE.to_uppercase())), BadClaim("sub")),
        ("Service in capitals", claim("sub", json!("SERVICE:backup")), BadClaim("sub")),
        ("a service without a name", service("", &[]), EmptySubject),
        ("a service with a username", service("backup", &["username"]), BadClaim("username")),
        ("a service with a role", service("backup", &["role"]), BadClaim("role")),
        ("a service with an epoch", service("backup", &["epoch"]), BadClaim("epoch")),
        ("no username", no_claim("username"), MissingClaim("username")),
        ("username empty", claim("username", json!("")), BadClaim("username")),
        ("username a number", claim("username", json!(1)), BadClaim("username")),
        ("no role", no_claim("role"), MissingClaim("role")),
        ("a role that is none", claim("role", json!("root")), BadClaim("role")),
        ("a role in capitals", claim("role", json!("Admin")), BadClaim("role")),
        ("roles", claim("role", json!(["admin"])), BadClaim("role")),
        ("no epoch", no_claim("epoch"), MissingClaim("epoch")),
        ("epoch a text", claim("epoch", json!("3")), BadClaim("epoch")),
        ("epoch broken", claim("epoch", json!(3.5)), BadClaim("epoch")),
    ]
}

fn parameters() -> Vec<Row> {
    let mut rows = vec![
        ("no typ", no_head("typ"), MissingHeader("typ")),
        ("typ a number", head("typ", json!(1)), BadHeader("typ")),
        ("typ null", head("typ", json!(null)), BadHeader("typ")),
        ("no kid", no_head("kid"), MissingHeader("kid")),
        ("kid a number", head("kid", json!(1)), BadHeader("kid")),
        ("kid null", head("kid", json!(null)), BadHeader("kid")),
        ("no alg", no_head("alg"), MissingHeader("alg")),
        ("alg a number", head("alg", json!(1)), BadHeader("alg")),
        ("alg null", head("alg", json!(null)), BadHeader("alg")),
        ("alg a list", head("alg", json!(["EdDSA"])), BadHeader("alg")),
    ];
    for typ in ["JWT", "jwt", "AT+JWT", "at+jwt ", "application/at+jwt", "logout+jwt", "dpop+jwt", ""] {
        rows.push(("another typ", head("typ", json!(typ)), WrongType));
    }
    for kid in ["", "../../etc/passwd", "' OR 1=1 --", "\0", "*", "7", KEYS.stranger.kid(), &"k".repeat(4096)] {
        rows.push(("another kid", head("kid", json!(kid)), UnknownKey));
    }
    rows
}

fn algorithms() -> Vec<Row> {
    let mut rows = Vec::new();
    for name in ["none", "None", "NONE", "nOnE", "none ", ""] {
        // With nothing, and with something, where a signature should be.
        rows.push(("none, unsigned", unsigned(name), NotThreeParts));
        rows.push(("none, signed", head("alg", json!(name)), ForgeableAlgorithm));
    }
    let jwk = serde_json::to_value(KEYS.ed.public()).unwrap();
    let x = jwk["x"].as_str().unwrap();
    let set = serde_json::to_string(&published()).unwrap();
    for name in ["HS256", "HS384", "HS512", "hs256"] {
        for secret in [x.as_bytes(), jwk.to_string().as_bytes(), set.as_bytes(), b"", b"secret"] {
            rows.push(("HMAC", hmac(name, secret), ForgeableAlgorithm));
        }
    }
    for name in ["ES256", "RS256", "PS256", "ES384", "eddsa", "EDDSA", "EdDSA ", "Ed448", "ES256K", "A256KW", "dir"] {
        rows.push(("another algorithm under our kid", head("alg", json!(name)), WrongAlgorithm));
    }
    for (other, under) in [(&KEYS.es, &KEYS.ed), (&KEYS.ed, &KEYS.es), (&KEYS.rs, &KEYS.es), (&KEYS.es, &KEYS.rs)] {
        let header = with(header(under), "alg", json!(other.algorithm().as_str()));
        rows.push(("signed by another of our keys", sign(&header, &claims(), other), WrongAlgorithm));
    }
    rows
}

fn keys() -> Vec<Row> {
    let token = good();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = claim("scope", json!("members:delete"));
    let (_, other) = other.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let es = sign(&header(&KEYS.es), &claims(), &KEYS.es);
    let (es_signed, _) = es.rsplit_once('.').unwrap();
    let admin = with(claims(), "role", json!("admin"));
    vec![
        ("signed by a stranger", sign(&header(&KEYS.ed), &claims(), &KEYS.stranger), BadSignature),
        ("of a stranger", sign(&header(&KEYS.stranger), &claims(), &KEYS.stranger), UnknownKey),
        ("the signature of another token", format!("{signed}.{other}"), BadSignature),
        ("a bit flipped", format!("{signed}.{flipped}{}", &signature[1..]), BadSignature),
        ("a short signature", format!("{signed}.{}", &signature[..80]), BadSignature),
        ("a long signature", format!("{signed}.{signature}{signature}"), BadSignature),
        ("a signature of zeros", format!("{signed}.{}", b64([0; 64])), BadSignature),
        ("a signature of zeros, ES256", format!("{es_signed}.{}", b64([0; 64])), BadSignature),
        ("a signature in DER, ES256", format!("{es_signed}.{}", b64([0x30, 6, 2, 1, 1, 2, 1, 1])), BadSignature),
        (
            "other claims under the signature",
            format!("{}.{}.{signature}", b64(header(&KEYS.ed).to_string()), b64(admin.to_string())),
            BadSignature,
        ),
    ]
}

fn extensions() -> Vec<Row> {
    let mut rows = vec![
        ("crit", head("crit", json!(["exp"])), CriticalExtension),
        ("crit empty", head("crit", json!([])), CriticalExtension),
        ("crit null", head("crit", json!(null)), CriticalExtension),
        ("b64", sign(&json!({"alg": "EdDSA", "b64": false, "crit": ["b64"]}), &claims(), &KEYS.ed), CriticalExtension),
    ];
    let stranger = serde_json::to_value(KEYS.stranger.public()).unwrap();
    for (name, value) in [
        ("jwk", stranger),
        ("jku", json!("http://127.0.0.1:1/jwks.json")),
        ("x5u", json!("http://127.0.0.1:1/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
    ] {
        let header = with(header(&KEYS.ed), name, value);
        rows.push((name, sign(&header, &claims(), &KEYS.stranger), BringsKey));
    }
    rows
}

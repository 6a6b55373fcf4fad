//! What `[[issuers]]` may say.

use std::time::Duration;

use serde_json::json;

use crate::jwt::{IssuerSettings, Issuers};

fn read(entries: &serde_json::Value) -> Result<IssuerSettings, serde_json::Error> {
    serde_json::from_value(entries.clone())
}

fn url(url: &str) -> IssuerSettings {
    IssuerSettings { jwks_url: Some(url.to_owned()), ..IssuerSettings::new("https://a.example", "members") }
}

#[test]
fn an_entry_is_read_strictly() {
    let entry = json!({"issuer": "i", "audience": "a", "jwks_url": "https://i/jwks"});
    let settings = read(&entry).unwrap();
    assert_eq!(settings.max_ttl, Duration::from_hours(24));
    assert!(settings.validate().is_ok());
    let other = json!({"issuer": "i", "audience": "a", "jwks_file": "keys.json", "max_ttl": "90m"});
    assert_eq!(read(&other).unwrap().max_ttl, Duration::from_mins(90));
    for (entries, says) in [
        (json!({"issuer": "i", "audience": "a", "jwks": "x"}), "unknown field `jwks`"),
        (json!({"audience": "a"}), "missing field `issuer`"),
        (json!({"issuer": "i"}), "missing field `audience`"),
        (json!({"issuer": "i", "audience": "a", "max_ttl": 60}), "must be a length of time"),
        (json!({"issuer": "i", "audience": "a", "max_ttl": "soon"}), "must be a length of time"),
    ] {
        let error = read(&entries).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn an_address_is_https_or_http_to_loopback() {
    for good in [
        "https://issuer.example/jwks.json",
        "https://10.0.0.1:8443/keys?v=1",
        "http://127.0.0.1:9000/jwks",
        "http://127.9.9.9/",
        "http://[::1]:9000/jwks",
        "http://localhost:9000/jwks",
        "HTTPS://issuer.example/",
    ] {
        url(good).validate().unwrap_or_else(|error| panic!("{good}: {error}"));
    }
    for (bad, says) in [
        ("http://issuer.example/jwks", "plain http"),
        ("http://10.0.0.1/jwks", "plain http"),
        ("http://0.0.0.0/jwks", "plain http"),
        ("http://[::]/jwks", "plain http"),
        ("http://127.0.0.1.example/jwks", "plain http"),
        ("http://localhost.example/jwks", "plain http"),
        ("http://127.0.0.1@issuer.example/", "user"),
        ("https://user:word@issuer.example/", "user"),
        ("ftp://issuer.example/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("data:application/json,{}", "https://"),
        ("issuer.example/jwks", "a URL"),
        ("/jwks", "a URL"),
        ("", "a URL"),
    ] {
        let error = url(bad).validate().unwrap_err().to_string();
        assert!(error.starts_with("issuers.jwks_url ") && error.contains(says), "{bad}: {error}");
        assert!(Issuers::new(vec![url(bad)]).is_err());
    }
}

#[test]
fn what_is_wrong_is_named() {
    let good = url("https://a.example/jwks");
    for (settings, says) in [
        (IssuerSettings { issuer: String::new(), ..good.clone() }, "issuers.issuer "),
        (IssuerSettings { audience: String::new(), ..good.clone() }, "issuers.audience "),
        (IssuerSettings { max_ttl: Duration::ZERO, ..good.clone() }, "issuers.max_ttl "),
        (IssuerSettings { jwks_file: Some("keys".into()), ..good.clone() }, "keep one"),
        (IssuerSettings { jwks_url: None, ..good.clone() }, "set it, or jwks_file"),
        (IssuerSettings { jwks_url: None, jwks_file: Some("".into()), ..good.clone() }, "issuers.jwks_file "),
    ] {
        let error = settings.validate().unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let error = Issuers::new(vec![url("http://localhost/"), url("http://localhost/2")]).unwrap_err().to_string();
    assert!(error.contains("twice"), "{error}");
}

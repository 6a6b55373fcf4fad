//! Tokens that are accepted.

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::Value;
use uuid::Uuid;

use crate::jwt::key::SigningKey;
use crate::jwt::sign::{NewSubject, NewToken};
use crate::jwt::{PublishedKeys, SigningAlgorithm, Subject, Verifier};
use crate::{Role, Scopes, Timestamp};

#[test]
fn a_token_is_accepted_here_and_by_the_library() {
    let now = Timestamp::from_millis(1_800_000_000_500);
    let end = Timestamp::from_millis(1_800_000_900_500);
    for algorithm in SigningAlgorithm::ALL {
        let key = SigningKey::generate(*algorithm).unwrap();
        let id = "0198d2f0-0000-7000-8000-00000000abcd".parse().unwrap();
        let new = NewToken {
            issuer: "userstore",
            audience: "members",
            subject: NewSubject::User { id, username: "alice", role: Role::Editor, epoch: 3 },
            id: Uuid::from_u128(7),
            client_id: "userstore",
            scopes: Scopes::of_role(Role::Reader),
            issued_at: now,
            not_before: now,
            expires_at: end,
        };
        let token = new.sign(&key).unwrap();
        let published = PublishedKeys { keys: vec![key.public().clone()] };
        let verifier = Verifier::new("userstore", "members", published.to_jwks().unwrap());
        let claims = verifier.verify(token.reveal(), now).unwrap();
        assert!(
            matches!(&claims.subject, Subject::User { username, role: Role::Editor, epoch: 3, .. } if username.as_str() == "alice")
        );
        assert_eq!(claims.expires_at.as_millis(), 1_800_000_900_000);

        let jwk = serde_json::to_value(key.public()).unwrap();
        let decoding = DecodingKey::from_jwk(&serde_json::from_value(jwk).unwrap()).unwrap();
        let mut validation = Validation::new(algorithm.of_library());
        validation.set_audience(&["members"]);
        validation.set_issuer(&["userstore"]);
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Value>(token.reveal(), &decoding, &validation).unwrap();
        assert_eq!(decoded.claims["scope"], "members:read");
        assert_eq!(decoded.header.typ.as_deref(), Some("at+jwt"));
    }
}

//! Why a token or a set of keys is refused.

/// Why an access token is refused. `Display` is a sentence for a log or an administrator; it never repeats the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It has more than 8 KiB, and was not read.
    #[error("the token is larger than 8 KiB")]
    TooLarge,
    /// It is not three parts with dots between, none of them empty (RFC 7515, section 3.1).
    #[error("the token is not three parts with a dot between them")]
    NotThreeParts,
    /// A part is not base64url: another alphabet, padding, or bits left over (RFC 7515, section 2).
    #[error("a part of the token is not base64url without padding")]
    BadEncoding,
    /// The header is not one JSON object.
    #[error("the header of the token is not one JSON object")]
    MalformedHeader,
    /// A header parameter is given twice.
    #[error("a header parameter of the token is given twice")]
    RepeatedHeader,
    /// The claims are not one JSON object.
    #[error("the claims of the token are not one JSON object")]
    MalformedClaims,
    /// A claim is given twice, at some depth.
    #[error("a claim of the token is given twice")]
    RepeatedClaim,
    /// This header parameter is missing.
    #[error("the token has no `{0}` in its header")]
    MissingHeader(&'static str),
    /// This header parameter is not of its type.
    #[error("`{0}` in the header of the token is not of the right type")]
    BadHeader(&'static str),
    /// It asks for an extension (`crit`, RFC 7515, section 4.1.11); none is understood here.
    #[error("the token asks for an extension (`crit`) that is not understood")]
    CriticalExtension,
    /// It brings a key of its own, or says where to fetch one, which the store's tokens never do.
    #[error("the token brings its own key, or the address of one")]
    BringsKey,
    /// Its algorithm is `none` or HMAC, which anyone can make.
    #[error("the algorithm of the token is `none` or HMAC, which is never accepted")]
    ForgeableAlgorithm,
    /// Its algorithm is not that of the key it names.
    #[error("the algorithm of the token is not that of its key")]
    WrongAlgorithm,
    /// Its `typ` says that it is something else (RFC 9068, section 4).
    #[error("the `typ` of the token says that it is no access token")]
    WrongType,
    /// There is no usable key with its `kid`, or none that fits where it has no `kid`.
    #[error("no key is known with the `kid` of the token")]
    UnknownKey,
    /// It has no `kid`, and more than one key fits.
    #[error("the token has no `kid`, and more than one key fits")]
    AmbiguousKey,
    /// The keys of its issuer could not be had, or are older than 24 hours.
    #[error("the keys of the token's issuer are not available")]
    KeysUnavailable,
    /// The signature is not that of its key.
    #[error("the signature of the token is wrong")]
    BadSignature,
    /// This claim is missing.
    #[error("the token has no claim `{0}`")]
    MissingClaim(&'static str),
    /// This claim is not of its type, or cannot be what it says.
    #[error("the claim `{0}` of the token is not of the right type")]
    BadClaim(&'static str),
    /// Its `sub` is empty.
    #[error("the claim `sub` of the token is empty")]
    EmptySubject,
    /// It is not of the issuer that is expected here, or of none that is trusted.
    #[error("the token is of an issuer that is not known here")]
    WrongIssuer,
    /// It is for someone else.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Its time is over (`exp`).
    #[error("the token has expired")]
    Expired,
    /// Its time has not come (`nbf`).
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It says that it was issued later than now (`iat`).
    #[error("the token was issued in the future")]
    IssuedInFuture,
    /// It would live longer than its issuer's tokens may here.
    #[error("the token expires later than its issuer's tokens may")]
    LivesTooLong,
}

/// Why a text is no set of keys (RFC 7517, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// It has more than 256 KiB, and was not read.
    #[error("the key set is larger than 256 KiB")]
    TooLarge,
    /// It is not one JSON object in which every key is given once.
    #[error("the key set is not one JSON object")]
    NotJson,
    /// It has no list of `keys`.
    #[error("the key set has no list `keys`")]
    NoKeys,
}

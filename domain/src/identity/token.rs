//! Random secrets: shown once, kept as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt;
use sha2::{Digest, Sha256};

/// The secret half of a session, link or key: 256 random bits in base64url.
pub struct Token(String);

/// Marks our API keys, so that scanners of leaked secrets can know one.
const KEY_PREFIX: &str = "bl_";

impl Token {
    /// A new session's or link's token.
    pub fn random() -> Token {
        let bytes: [u8; 32] = rand::rng().random();
        Token(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A new API key.
    pub fn api_key() -> Token {
        Token(format!("{KEY_PREFIX}{}", Token::random().0))
    }

    /// To be shown once. Named so that a leak is easy to find.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept. Plain sha256 is right for 256 random bits.
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }
}

/// The hash under which a presented token is looked up.
pub fn hash(presented: &str) -> [u8; 32] {
    Sha256::digest(presented.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_alike_and_each_has_256_bits() {
        let (one, two) = (Token::random(), Token::random());
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(URL_SAFE_NO_PAD.decode(one.reveal()).unwrap().len(), 32);
        assert_eq!(one.hash(), hash(one.reveal()));
    }
}

//! Signing as Standard Webhooks does (standardwebhooks.com): whoever knows the secret can tell that a message is ours and new.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// A secret as receivers keep it: `whsec_` and 32 bytes in base64.
pub struct Secret(String);

/// The text is no secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected whsec_ and base64")]
pub struct NoSecret;

impl Secret {
    pub fn random() -> Secret {
        let bytes: [u8; 32] = rand::rng().random();
        Secret(format!("{PREFIX}{}", STANDARD.encode(bytes)))
    }

    pub fn of(text: String) -> Secret {
        Secret(text)
    }

    /// To be shown once. Named so that a leak is easy to find.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// One signature of the header `webhook-signature`.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> Result<String, NoSecret> {
        let key = STANDARD.decode(self.0.strip_prefix(PREFIX).ok_or(NoSecret)?).map_err(|_| NoSecret)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| NoSecret)?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the specification's own libraries.
    #[test]
    fn the_published_vector_is_signed_as_published() {
        let secret = Secret::of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into());
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn no_two_secrets_are_alike_and_what_is_none_signs_nothing() {
        assert_ne!(Secret::random().reveal(), Secret::random().reveal());
        assert!(Secret::random().sign("a", 1, "b").is_ok());
        assert_eq!(Secret::of("abc".into()).sign("a", 1, "b"), Err(NoSecret));
        assert_eq!(Secret::of("whsec_!".into()).sign("a", 1, "b"), Err(NoSecret));
    }
}

//! Provider credentials at rest: XChaCha20-Poly1305 under a key derived from `BACKLINE_SECRET_KEY`, bound to the row they
//! belong to.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand::RngExt;
use sha2::Sha256;

const NONCE: usize = 24;

/// Seals and opens secrets. The same words in another row do not open.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

/// The key is another one than that which sealed, or the row was tampered with.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the stored credentials cannot be opened with this BACKLINE_SECRET_KEY: enter the credentials again")]
pub struct CannotOpen;

impl Sealer {
    /// From the operator's secret; any text of at least 16 bytes.
    pub fn new(secret: &str) -> Sealer {
        let mut key = [0u8; 32];
        // HKDF-SHA256 refuses only outputs beyond 255 × 32 bytes.
        let _ = Hkdf::<Sha256>::new(Some(b"backline"), secret.as_bytes()).expand(b"provider credentials v1", &mut key);
        Sealer(XChaCha20Poly1305::new(&key.into()))
    }

    /// Seals for one place, such as "tenant/connection/current-rms".
    pub fn seal(&self, secret: &str, place: &str) -> Result<Vec<u8>, CannotOpen> {
        let nonce: [u8; NONCE] = rand::rng().random();
        let payload = Payload { msg: secret.as_bytes(), aad: place.as_bytes() };
        let mut sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| CannotOpen)?;
        sealed.splice(0..0, nonce);
        Ok(sealed)
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<String, CannotOpen> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>().ok_or(CannotOpen)?;
        let payload = Payload { msg: text, aad: place.as_bytes() };
        let plain = self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| CannotOpen)?;
        String::from_utf8(plain).map_err(|_| CannotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_in_its_place_and_with_its_key() {
        let sealer = Sealer::new("one secret of the operator");
        let sealed = sealer.seal("token", "a/current-rms").unwrap();
        assert_eq!(sealer.open(&sealed, "a/current-rms").as_deref(), Ok("token"));
        assert_eq!(sealer.open(&sealed, "b/current-rms"), Err(CannotOpen));
        assert_eq!(Sealer::new("another secret of it").open(&sealed, "a/current-rms"), Err(CannotOpen));
        assert_eq!(sealer.open(b"short", "a/current-rms"), Err(CannotOpen));
        assert!(!sealed.windows(5).any(|part| part == b"token"));
    }
}

//! Passwords: argon2id with OWASP's least parameters, off the async threads, a few at a time.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// The password breaks a rule, or too many are being checked at once.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PasswordError {
    #[error("password: must be at least {MIN_CHARS} characters long")]
    TooShort,
    #[error("password: must be at most {MAX_BYTES} bytes long")]
    TooLong,
    #[error("password: is one of the most used passwords")]
    Common,
    #[error("too many sign-ins at once, try again")]
    Busy,
    #[error("the password could not be hashed")]
    Hash,
}

pub const MIN_CHARS: usize = 12;
/// Longer input would be a way to burn processor time.
pub const MAX_BYTES: usize = 1024;
/// Hashes computed at once: each takes 19 MiB and a core for some 20 ms.
const AT_ONCE: usize = 2;
/// Those waiting beyond this are told to come again.
const QUEUE: usize = 64;

/// Hashes and checks passwords behind a gate.
#[derive(Clone)]
pub struct Passwords {
    gate: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    dummy: Arc<str>,
}

impl Passwords {
    pub fn new() -> Result<Passwords, PasswordError> {
        Ok(Passwords {
            gate: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(QUEUE)),
            dummy: compute("a password that nobody has")?.into(),
        })
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        check_rules(password)?;
        let password = password.to_owned();
        self.behind_the_gate(move || compute(&password)).await?
    }

    /// Whether the password fits. Without a hash the same work is done, so that time tells nothing about who exists.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
        if password.len() > MAX_BYTES {
            return Ok(false);
        }
        let known = hash.is_some();
        let (password, hash) = (password.to_owned(), hash.map_or(self.dummy.clone(), Arc::from));
        let fits = self.behind_the_gate(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| hasher().is_ok_and(|h| h.verify_password(password.as_bytes(), &hash).is_ok()))
        });
        Ok(fits.await? && known)
    }

    async fn behind_the_gate<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _place = self.queue.try_acquire().map_err(|_| PasswordError::Busy)?;
        let _turn = self.gate.acquire().await.map_err(|_| PasswordError::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Hash)
    }
}

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| PasswordError::Hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn compute(password: &str) -> Result<String, PasswordError> {
    let hash = hasher()?.hash_password(password.as_bytes()).map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

fn check_rules(password: &str) -> Result<(), PasswordError> {
    if password.chars().count() < MIN_CHARS {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let folded = password.to_lowercase();
    let distinct = folded.chars().collect::<std::collections::HashSet<_>>().len();
    // Long ones among the most used passwords are runs, repetitions and these.
    let common = [
        "password1234",
        "passwordpassword",
        "123456789012",
        "1234567890123",
        "qwertyuiop123",
        "qwertyuiopasdf",
        "administrator",
    ];
    if distinct < 5 || common.contains(&folded.as_str()) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_only_its_own_hash() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse batterz", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("a password that nobody has", None).await.unwrap());
    }

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        assert_eq!(check_rules("short"), Err(PasswordError::TooShort));
        assert_eq!(check_rules("aaaaaaaaaaaaaaaa"), Err(PasswordError::Common));
        assert_eq!(check_rules("Password1234"), Err(PasswordError::Common));
        assert_eq!(check_rules(&"a1b2c3".repeat(200)), Err(PasswordError::TooLong));
        assert_eq!(check_rules("trucks at dawn"), Ok(()));
    }
}

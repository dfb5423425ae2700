//! Why a change of people, keys, accounts or settings was refused.

use super::NameError;
use super::password::PasswordError;
use super::sign_in::SignInError;

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A value that breaks the rule of its field.
    #[error("{field}: {reason}")]
    Invalid { field: &'static str, reason: String },
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It does not fit the state of things.
    #[error("{message}")]
    Refused { code: &'static str, message: &'static str },
    #[error("too many attempts, try again in {0} s")]
    Throttled(u64),
    #[error("too many passwords are being checked at once, try again")]
    Busy,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl IdentityError {
    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>) -> IdentityError {
        IdentityError::Invalid { field, reason: reason.into() }
    }
}

impl From<NameError> for IdentityError {
    fn from(error: NameError) -> Self {
        IdentityError::invalid(error.field, error.reason)
    }
}

impl From<PasswordError> for IdentityError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy | PasswordError::Hash => IdentityError::Busy,
            rule => {
                let text = rule.to_string();
                IdentityError::invalid("password", text.strip_prefix("password: ").unwrap_or(&text))
            }
        }
    }
}

impl From<SignInError> for IdentityError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Throttled(wait) => IdentityError::Throttled(wait),
            SignInError::Db(error) => error.into(),
            SignInError::Wrong | SignInError::NoTenant => IdentityError::invalid("old", "is not your password"),
            SignInError::Busy => IdentityError::Busy,
        }
    }
}

//! What is wrong with a formula, or odd about it: where, by what code, in words, and what would help.

use serde::{Deserialize, Serialize};

/// An error (`E_…`) or a warning (`W_…`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A JSON pointer (RFC 6901) into what was sent, beneath the formula's own place: `/where/all/2/v`.
    pub pointer: String,
    pub code: String,
    pub message: String,
    /// What would help; empty where nothing is known to.
    pub fix: String,
}

impl Problem {
    pub fn new(pointer: impl Into<String>, code: &str, message: impl Into<String>, fix: impl Into<String>) -> Problem {
        Problem { pointer: pointer.into(), code: code.into(), message: message.into(), fix: fix.into() }
    }

    /// The same one, seen from outside: with the place of the formula before its own.
    pub fn under(mut self, place: &str) -> Problem {
        self.pointer.insert_str(0, place);
        self
    }
}

/// A pointer to a member of what a pointer names.
pub fn at(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

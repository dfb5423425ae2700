//! Signing in, and who is signed in.

pub mod sign_in;
pub mod viewer;

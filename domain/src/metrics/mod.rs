//! Metrics: what the business means by a word, as a formula over the mirror, in versions. The guide is `docs/metrics.md`.

pub mod catalogue;
pub mod form;
pub mod formula;
pub mod kind;
pub mod number;
pub mod problem;
pub mod value;

pub use catalogue::{Entity, Field};
pub use formula::Formula;
pub use kind::{Kind, Op};
pub use number::Number;
pub use problem::Problem;
pub use value::Value;

//! Metrics: what the business means by a word, as a formula over the mirror, in versions. The guide is `docs/metrics.md`.

pub mod catalogue;
mod compile;
mod count;
pub mod diff;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod formula;
pub mod kind;
mod near;
pub mod now;
pub mod number;
pub mod preview;
pub mod problem;
pub mod run;
pub mod sentence;
pub mod stored_test;
pub mod templates;
pub mod value;
mod walk;
pub mod warn;

pub use catalogue::{Entity, Field};
pub use error::MetricError;
pub use formula::Formula;
pub use kind::{Kind, Op};
pub use now::Now;
pub use number::Number;
pub use problem::Problem;
pub use value::Value;

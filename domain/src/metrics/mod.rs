//! Metrics: what the business means by a word, as a formula over the mirror, in versions. The guide is `docs/metrics.md`.

pub mod catalogue;
pub mod code;
pub mod definition;
pub mod diff;
pub mod error;
pub mod formula;
pub mod kind;
pub mod now;
pub mod number;
pub mod preview;
pub mod problem;
pub mod run;
pub mod sentence;
pub mod store;
pub mod stored_test;
pub mod templates;
pub mod value;
pub mod warn;

pub use catalogue::{Entity, Field};
pub use code::MetricCode;
pub use definition::{Author, Definition, State};
pub use error::MetricError;
pub use kind::{Kind, Op};
pub use number::Number;
pub use problem::Problem;
pub use value::Value;

//! Metrics: what the business means by a word, as a formula over the mirror, in versions. The guide is `docs/metrics.md`.

pub mod catalogue;
pub mod change;
pub mod code;
pub mod content;
pub mod definition;
pub mod deprecate;
pub mod diff;
pub mod draft;
pub mod error;
pub mod form;
pub mod formula;
pub mod kind;
pub mod now;
pub mod number;
pub mod preview;
pub mod problem;
mod put;
pub mod run;
pub mod sent;
pub mod sentence;
pub mod store;
pub mod stored_test;
pub mod templates;
pub mod used_by;
pub mod value;
pub mod warn;

pub use catalogue::{Entity, Field};
pub use code::MetricCode;
pub use definition::{Author, Definition, State};
pub use error::MetricError;
pub use formula::Formula;
pub use kind::{Kind, Op};
pub use number::Number;
pub use problem::Problem;
pub use value::Value;

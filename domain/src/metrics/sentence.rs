//! Stand-in until it lands.
use super::formula::Formula;

impl Formula {
    pub fn sentence(&self) -> String {
        format!("{}.", self.entity.plural())
    }
}

//! What narrows the list: states, fields, chips; and the way to try all of it again.

use super::{PATH, number};
use crate::db::TenantTx;
use crate::jobs::JobStatus;
use crate::jobs::counts::Counts;
use crate::jobs::list::{self, JobFilter};
use crate::jobs::view::{AgainView, JobFields};
use crate::opportunities::address::Address;
use crate::opportunities::list_build::ListError;
use crate::opportunities::words::field_words;
use crate::opportunities::{Chip, Choice, Tab};

pub(super) fn states(address: &Address, counts: &Counts, filter: &JobFilter) -> Vec<Tab> {
    let kind = filter.kind.as_deref();
    let tab = |name: &str, status: Option<JobStatus>, address: Address| Tab {
        name: format!("{name} {}", number(counts.of(status.map(JobStatus::as_str), kind))),
        href: address.href(PATH),
        on: filter.status == status,
        removable: None,
    };
    let all = tab("All", None, address.without(&["status", "page"]));
    let each = JobStatus::ALL.map(|status| tab(status.word(), Some(status), address.with("status", status.as_str())));
    [all].into_iter().chain(each).collect()
}

pub(super) fn fields(address: &Address, counts: &Counts, filter: &JobFilter) -> JobFields {
    let text = |name: &str| address.get(name).unwrap_or_default().to_owned();
    let chosen = filter.kind.as_deref();
    let types = counts.by_type();
    let unknown = chosen.filter(|kind| !types.contains_key(kind));
    let choice = |kind: &str| Choice { value: kind.into(), label: field_words(kind), chosen: chosen == Some(kind) };
    JobFields {
        from: text("from"),
        to: text("to"),
        kinds: types.keys().copied().chain(unknown).map(choice).collect(),
        kept: address.without(&["type", "from", "to", "page"]).pairs(),
    }
}

pub(super) fn chips(address: &Address) -> Vec<Chip> {
    let chip = |label: &str, name: &str, words: fn(&str) -> String| {
        let value = words(address.get(name)?);
        Some(Chip { label: label.into(), value, href: address.without(&[name, "page"]).href(PATH) })
    };
    [
        chip("Status", "status", field_words),
        chip("Type", "type", field_words),
        chip("Created from", "from", str::to_owned),
        chip("Created to", "to", str::to_owned),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The way to try all failed or cancelled jobs of the filter again, and the question with their number.
pub(super) async fn again(
    tx: &mut TenantTx,
    address: &Address,
    filter: &JobFilter,
    counts: &Counts,
    asked: bool,
) -> Result<Option<AgainView>, ListError> {
    let status = filter.status.unwrap_or(JobStatus::Failed);
    let known = counts.of(Some(status.as_str()), filter.kind.as_deref());
    if !matches!(status, JobStatus::Failed | JobStatus::Cancelled) || (known == 0 && !asked) {
        return Ok(None);
    }
    let word = status.as_str();
    let address = address.with("status", word);
    if !asked {
        let href = address.with("again", "1").href(PATH) + "#again";
        return Ok(Some(AgainView {
            words: format!("Try again all {word} of this list"),
            href,
            asked,
            filter: Vec::new(),
        }));
    }
    let count = list::count_again(tx, &JobFilter { status: Some(status), ..filter.clone() }).await?;
    let words = match count {
        0 => format!("No {word} job of this list can be tried again."),
        1 => format!("1 {word} job goes back to the queue with all its attempts."),
        count => format!("{} {word} jobs go back to the queue with all their attempts.", number(count)),
    };
    let pairs = if count == 0 { Vec::new() } else { posted(&address) };
    Ok(Some(AgainView { words, href: address.href(PATH), asked, filter: pairs }))
}

/// The filter of an address as the fields of a form; `type` is no name of Rust's.
fn posted(address: &Address) -> Vec<(String, String)> {
    let field = |(name, value): (String, String)| (if name == "type" { "kind".into() } else { name }, value);
    address.without(&["page", "limit"]).pairs().into_iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_keep_the_other_filters_and_begin_at_the_first_page() {
        let counts = Counts { by_type: Vec::new(), counted_at: chrono::DateTime::UNIX_EPOCH };
        let tabs = states(&Address::parse("type=sync&page=3&status=failed"), &counts, &JobFilter::default());
        assert_eq!(tabs[0].href, "/jobs?type=sync");
        assert_eq!(
            (tabs[2].name.as_str(), tabs[2].href.as_str()),
            ("Processing 0", "/jobs?type=sync&status=processing")
        );
    }
}

//! A plain form that was refused: the browser is sent back to its page, with the refusal in the address.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::error::ServerFnUrlError;

use crate::AppError;

/// Which form, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The address of its server function.
    pub form: String,
    pub error: AppError,
}

/// The refusal in the address of now: going to another page leaves it behind.
pub fn use_refusal() -> Memo<Option<Refusal>> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| {
            let error = ServerFnUrlError::<AppError>::decode_err(&query.get("__err")?);
            Some(Refusal { form: query.get("__path").unwrap_or_default(), error })
        })
    })
}

/// What stands behind the question mark without the refusal.
pub fn without_refusal(search: &str) -> String {
    let pairs = search.trim_start_matches('?').split('&');
    pairs.filter(|pair| !pair.starts_with("__path=") && !pair.starts_with("__err=")).collect::<Vec<_>>().join("&")
}

#[component]
pub fn Refused(refusal: Refusal) -> impl IntoView {
    view! {
        <div class="notice bad" role="alert">
            <p><strong>"Nothing was changed."</strong>" "{in_words(&refusal.error)}</p>
        </div>
    }
}

/// A field is named as people write it.
fn in_words(error: &AppError) -> String {
    match error {
        AppError::Invalid { field, reason } => format!("{}: {reason}.", capital(&field.replace('_', " "))),
        other => other.to_string(),
    }
}

/// With a capital letter at its beginning.
pub fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_no_filter() {
        assert_eq!(without_refusal("?q=a&__path=/rpc/x&__err=abc&page=2"), "q=a&page=2");
        assert_eq!(without_refusal("?__err=abc"), "");
    }

    #[test]
    fn a_field_is_named_as_people_write_it() {
        let error = AppError::Invalid { field: "last_day".into(), reason: "must not lie in the past".into() };
        assert_eq!(in_words(&error), "Last day: must not lie in the past.");
    }
}

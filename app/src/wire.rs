//! What pages ask the host for, and how the answers travel: as postcard, which needs no names of fields and so a fifth of
//! the code that reading JSON takes in the browser. Postcard does not know what is left out: no type that travels may have serde's
//! `skip_serializing_if`, `flatten`, `untagged` or `tag`. A refusal stays JSON, which a person at a shell can read.

use std::future::Future;

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::AppError;

/// An answer of the host; with the first HTML it comes inside the page.
pub type Answer<T> = Resource<Result<T, AppError>, Wire>;

/// Asks whenever `source` changes.
pub fn ask<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> Answer<T>
where
    S: Clone + PartialEq + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    Resource::new_with_options(source, fetch, false)
}

/// Asks before any HTML goes out, since the answer may decide about status and headers.
pub fn ask_first<T, F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Answer<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    Resource::new_with_options(|| (), move |()| fetch(), true)
}

/// Postcard inside a script of the page. Bytes that are printable ASCII stand for themselves, so that texts compress with the
/// same texts in the HTML; the others, and what HTML and JavaScript give a meaning, stand 256 code points higher.
pub struct Wire;

impl<T: Serialize> Encoder<T> for Wire {
    type Error = postcard::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, postcard::Error> {
        let plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'"' | b'\\');
        let letter = |byte: u8| if plain(byte) { char::from(byte) } else { shifted(byte) };
        Ok(postcard::to_allocvec(value)?.into_iter().map(letter).collect())
    }
}

fn shifted(byte: u8) -> char {
    char::from_u32(0x100 + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

impl<T: DeserializeOwned> Decoder<T> for Wire {
    type Error = postcard::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, postcard::Error> {
        let bytes: Vec<u8> = text.chars().map(|letter| (u32::from(letter) & 0xff) as u8).collect();
        postcard::from_bytes(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_survives_the_page_and_says_nothing_to_html_or_javascript() {
        let answer: Result<Vec<String>, AppError> =
            Ok((0..=u8::MAX).map(|byte| char::from(byte).to_string()).chain(["</script> \"ü\\ 😀".into()]).collect());
        let text = Wire::encode(&answer).unwrap();
        assert!(!text.contains(['<', '"', '\\']) && !text.contains(char::is_control));
        assert_eq!(format!("{text:?}").trim_matches('"'), text, "leptos writes it unescaped");
        assert_eq!(<Wire as Decoder<Result<Vec<String>, AppError>>>::decode(&text).unwrap(), answer);
    }
}

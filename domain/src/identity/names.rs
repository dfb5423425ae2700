//! Names that are parsed once, at the edge.

use std::fmt;

/// The text breaks the rule of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct NameError {
    pub field: &'static str,
    pub reason: &'static str,
}

/// An e-mail address, trimmed and case-folded: one person, however it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Refuses what cannot be an address; whether somebody reads it is not asked.
    pub fn parse(text: &str) -> Result<Email, NameError> {
        let folded = text.trim().to_lowercase();
        let refuse = |reason| Err(NameError { field: "email", reason });
        let Some((local, host)) = folded.rsplit_once('@') else { return refuse("must contain an @") };
        if local.is_empty() || host.is_empty() || folded.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return refuse("must look like name@example.com");
        }
        if folded.len() > 254 {
            return refuse("must be at most 254 bytes long");
        }
        Ok(Email(folded))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tenant's short name in commands and addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slug(String);

impl Slug {
    /// 1 to 63 of `a-z`, `0-9` and `-`, neither first nor last a hyphen.
    pub fn parse(text: &str) -> Result<Slug, NameError> {
        let good = (1..=63).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if good {
            Ok(Slug(text.to_owned()))
        } else {
            Err(NameError {
                field: "slug",
                reason: "must be 1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit",
            })
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name for people, of a person, a key or a tenant: trimmed, 1 to 200 characters, none of them a control character.
pub fn plain_name(field: &'static str, text: &str) -> Result<String, NameError> {
    let name = text.trim();
    if (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(NameError { field, reason: "must be 1 to 200 characters, none of them a control character" })
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_person_however_it_is_typed() {
        assert_eq!(Email::parse("  Ana@Example.COM "), Email::parse("ana@example.com"));
    }

    #[test]
    fn a_name_is_trimmed_and_neither_empty_nor_endless() {
        assert_eq!(plain_name("name", " Ana Ö. ").as_deref(), Ok("Ana Ö."));
        for text in ["", "  ", "a\u{0}b", "a\nb", &"ö".repeat(201)] {
            assert!(plain_name("name", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "ana", "@example.com", "ana@", "a b@example.com", "ana@exa\nmple.com", "a\u{0}@b"] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_slug_is_safe_in_an_address() {
        assert!(Slug::parse("north-light2").is_ok());
        for text in ["", "-a", "a-", "A", "a_b", "ä", "a/b", &"a".repeat(64)] {
            assert!(Slug::parse(text).is_err(), "{text:?}");
        }
    }
}

//! Cookies of a request.

use http::{HeaderMap, header};

/// What a request's cookie of this name holds; the first one counts.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; backlinex=1; backline=abc"));
        headers.append(header::COOKIE, HeaderValue::from_static("other="));
        assert_eq!(value(&headers, "backline"), Some("abc"));
        assert_eq!(value(&headers, "theme"), Some("dark"));
        assert_eq!(value(&headers, "other"), Some(""));
        assert_eq!(value(&headers, "them"), None);
    }
}

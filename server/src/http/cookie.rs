//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue};

use super::origin::Origins;

/// `__Host-` ties a cookie to this host and to https; over plain http a browser would refuse it.
fn name(origins: &Origins) -> &'static str {
    if origins.https() { "__Host-backline" } else { "backline" }
}

/// The token that a request presents.
pub fn presented<'a>(headers: &'a HeaderMap, origins: &Origins) -> Option<&'a str> {
    app::cookie::value(headers, name(origins)).filter(|token| !token.is_empty())
}

/// The header that sets the cookie, or with no token removes it.
pub fn session_cookie(token: Option<&str>, origins: &Origins) -> Option<HeaderValue> {
    let secure = if origins.https() { "; Secure" } else { "" };
    let life = match token {
        Some(_) => format!("; Max-Age={}", domain::identity::session::ABSOLUTE.as_secs()),
        None => "; Max-Age=0".into(),
    };
    let text = format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}{life}", name(origins), token.unwrap_or(""));
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_an_empty_one_is_none() {
        let origins = Origins::new(None, "127.0.0.1:3000".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("theme=dark; backlinex=1; backline=abc"));
        assert_eq!(presented(&headers, &origins), Some("abc"));
        headers.insert(header::COOKIE, HeaderValue::from_static("backline="));
        assert_eq!(presented(&headers, &origins), None);
    }

    #[test]
    fn over_https_the_cookie_is_tied_to_the_host() {
        let origins = Origins::new(url::Url::parse("https://a.example").ok(), "127.0.0.1:3000".parse().unwrap());
        let cookie = session_cookie(Some("t"), &origins).unwrap();
        assert_eq!(
            cookie.to_str().unwrap(),
            "__Host-backline=t; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=86400"
        );
    }
}

//! What a request's headers say, read in one place.

use actix_web::http::header::HeaderMap;

use crate::act::IfMatch;

/// Whether CSV is named, and before JSON.
pub fn wants_csv(accept: &str) -> bool {
    let mut ranges = accept
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    ranges.find(|range| matches!(*range, "text/csv" | "application/json")) == Some("text/csv")
}

/// A header's text.
pub fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// Reads `If-Match`: `W/"1"`, `"1"` and lists of them; what follows a dot in a tag is not compared.
pub fn if_match(headers: &HeaderMap) -> IfMatch {
    match text(headers, "if-match") {
        None => IfMatch::Missing,
        Some(value) if value.trim() == "*" => IfMatch::Missing,
        Some(value) => IfMatch::Versions(value.split(',').filter_map(version_of).collect()),
    }
}

fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let opaque = tag
        .strip_prefix("W/")
        .unwrap_or(tag)
        .strip_prefix('"')?
        .strip_suffix('"')?;
    opaque.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_compared_by_its_version() {
        for tag in ["W/\"7\"", "\"7\"", " W/\"7.3fa1\" "] {
            assert_eq!(version_of(tag), Some(7), "{tag}");
        }
        for tag in ["7", "W/7", "\"x\"", "*"] {
            assert_eq!(version_of(tag), None, "{tag}");
        }
    }
}
